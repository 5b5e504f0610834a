import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostTensor } from '@cloze/backend';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { smallModel } from '../../test/small-model.ts';
import {
  CheckpointError,
  parametersFromCheckpoint,
  readPytorchBin,
  readSafetensors,
  readTensorflowCheckpoint,
  shardNames,
  writeSafetensors,
} from '../index.ts';
import { loadPretrained, savePretrained } from '../node.ts';
import { maskedCrc32c } from './crc.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)));
const { tensors } = readSafetensors(fixture('tiny-bert.safetensors'));
const bin = fixture('tiny-bert.bin');
const index = fixture('tiny-bert.ckpt.index');
const data = fixture('tiny-bert.ckpt.data-00000-of-00001');
const config = {
  model_type: 'bert',
  vocab_size: 30,
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 16,
  max_position_embeddings: 10,
  some_key_of_the_future: { kept: [1, 2] },
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-formats-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("PyTorch's .bin", () => {
  it('gives the tensors of the safetensors file, a tied one and a transposed view included', () => {
    const read = readPytorchBin(bin);
    for (const [name, { shape, values }] of tensors)
      expect(read.get(name), name).toEqual({ shape, dtype: 'float32', values });
    expect(read.get('cls.predictions.decoder.weight')).toEqual(tensors.get('bert.embeddings.word_embeddings.weight'));
    expect(read.size).toBe(tensors.size + 1);
  });

  /** A state dict of one [2, 4] float tensor over storage 0. */
  const view = (offset: string, rows: number, columns: number) =>
    `\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x02tQJ${offset}K\x02K\x04\x86K${String.fromCharCode(rows)}K${String.fromCharCode(columns)}\x86tRs.`;
  const damaged = () => {
    const copy = bin.slice();
    const { values } = tensors.get('bert.encoder.layer.0.attention.self.query.weight') as HostTensor;
    const offset = Buffer.from(copy).indexOf(Buffer.from(values.buffer, values.byteOffset, 16));
    copy[offset] = (copy[offset] as number) ^ 1;
    return copy;
  };
  const renamed = () => {
    const copy = bin.slice();
    // The directory's first entry begins elsewhere.
    const offset = Buffer.from(copy).indexOf('PK\x01\x02', 0, 'latin1');
    copy[offset + 42] = 1;
    return copy;
  };
  const doubled = () => {
    const once = zipSync({ 'm/data.pkl': Uint8Array.of(46), 'm/data.pkx': Uint8Array.of(46) }, { level: 0 });
    return once.map((byte) => (byte === 'x'.charCodeAt(0) ? 'l'.charCodeAt(0) : byte));
  };
  const pickled = (pickle: string, entries: Record<string, Uint8Array> = {}) =>
    zipSync({ 'm/data.pkl': Uint8Array.from(pickle, (c) => c.charCodeAt(0)), ...entries }, { level: 0 });
  it.each([
    ['a call of os.system', pickled('\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R.'), "asks to call 'os system'"],
    ['an eval', pickled('\x80\x02cbuiltins\neval\nX\x01\0\0\x001\x85R.'), "asks to call 'builtins eval'"],
    ['an opcode it does not know', pickled('\x80\x02i'), 'opcode 0x69'],
    ['a torn pickle', pickled('\x80\x02X\xff\0\0\0a'), 'ends inside a value of 255 bytes'],
    [
      'an unknown storage',
      pickled('\x80\x02(X\x07\0\0\0storagectorch\nEvilStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x01tQ.'),
      'torch EvilStorage',
    ],
    ['a storage named by a mark', pickled('\x80\x02((]tQ.'), 'no known storage'],
    ['a storage that is a list of marks', pickled('\x80\x02(]((ltQ.'), 'no known storage'],
    ['a global named by a number', pickled('\x80\x04K\x01K\x02\x93.'), 'something that is no text'],
    ['no pickle', zipSync({ 'm/other': new Uint8Array(3) }, { level: 0 }), "no '*/data.pkl'"],
    [
      'a compressed archive (a bomb)',
      zipSync({ 'm/data.pkl': new Uint8Array(1_000_000) }, { level: 9 }),
      "'m/data.pkl' is compressed",
    ],
    ['no archive', new Uint8Array(50), 'Not a zip archive'],
    [
      'two models of one file',
      pickled(
        `\x80\x02}(${['X\x01\0\0\0a', 'X\x01\0\0\0b'].map((key) => key + view('\0\0\0\0', 4, 1).slice(2, -1)).join('')}u.`,
        {
          'm/data/0': new Uint8Array(32),
        },
      ),
      "no tensors of its own, but under 'a', 'b'; save the one that is the model",
    ],
    [
      'a list of a million items, by memory and not by stack',
      pickled(`\x80\x02](${'N'.repeat(1e6)}e.`),
      'no dictionary',
    ],
    [
      'one storage claimed by a larger view',
      pickled(view('\0\0\0\0', 4, 1), { 'm/data/0': new Uint8Array(8) }),
      "'w': [2,4] with strides [4,1] reads 32 bytes of a storage of 8",
    ],
    [
      'a view that repeats one element',
      pickled(view('\0\0\0\0', 0, 0), { 'm/data/0': new Uint8Array(8) }),
      'reads 32 bytes of a storage of 8',
    ],
    ['a damaged tensor', damaged(), 'is damaged: its checksum'],
    ['a directory entry of another file', renamed(), 'does not begin where the archive says'],
    ['one entry twice', doubled(), "has 'm/data.pkl' twice"],
  ])('refuses %s', (_what, file, message) => {
    expect(() => readPytorchBin(file)).toThrow(CheckpointError);
    expect(() => readPytorchBin(file)).toThrow(message);
  });
});

describe("Google's TensorFlow checkpoint, written by TensorFlow 2.21", () => {
  it('gives the same tensors under modern names, without optimiser slots', () => {
    const read = readTensorflowCheckpoint(index, [data]);
    const modern = new Map(
      [...read].map(([name, tensor]) => [
        name.replace('LayerNorm.gamma', 'LayerNorm.weight').replace('LayerNorm.beta', 'LayerNorm.bias'),
        tensor,
      ]),
    );
    expect([...modern.keys()].sort()).toEqual([...tensors.keys()].sort());
    for (const [name, { shape, values }] of tensors)
      expect(modern.get(name), name).toEqual({ shape, dtype: 'float32', values });
  });
});

describe('hostile bytes', () => {
  /** Where the index's blocks are: wherever a checksum is true. */
  const blocks = [...index.keys()].flatMap((end) => {
    if (end + 5 > index.length || index[end] !== 0) return [];
    const stated = new DataView(index.buffer, index.byteOffset).getUint32(end + 1, true);
    const begin = [0, ...index.keys()].find(
      (from) => from < end && maskedCrc32c(index.subarray(from, end + 1)) === stated,
    );
    return begin === undefined ? [] : [{ begin, end }];
  });
  /** Checksums made true again, so that what stands behind them is reached. */
  const rechecked = (bytes: Uint8Array) => {
    for (const { begin, end } of blocks)
      if (end + 5 <= bytes.length)
        new DataView(bytes.buffer, bytes.byteOffset).setUint32(
          end + 1,
          maskedCrc32c(bytes.subarray(begin, end + 1)),
          true,
        );
    return bytes;
  };

  it('a damaged index or data file of TensorFlow is refused by its checksums', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(2);
    const torn = index.slice();
    torn[(blocks[0]?.begin as number) + 9] = 255;
    expect(() => readTensorflowCheckpoint(torn, [data])).toThrow('The index is damaged');
    const bent = data.slice();
    bent[40] = (bent[40] as number) ^ 1;
    expect(() => readTensorflowCheckpoint(index, [bent])).toThrow("is damaged: its checksum is not the index's");
  });

  it('2,000 mutated files of each kind: tensors or a CheckpointError, nothing else', () => {
    let state = 11;
    const below = (limit: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 4294967296) * limit);
    };
    const refused = { bin: 0, ckpt: 0 };
    for (let i = 0; i < 2000; i++) {
      for (const [kind, seed] of [
        ['bin', bin],
        ['ckpt', index],
      ] as const) {
        const bytes = seed.slice(0, below(4) === 0 ? below(seed.length) : seed.length);
        // The directory and the pickle's names are where lies can be told.
        for (let flips = 1 + below(4); flips > 0 && bytes.length > 0; flips--) bytes[below(bytes.length)] = below(256);
        try {
          if (kind === 'bin') readPytorchBin(bytes);
          else readTensorflowCheckpoint(rechecked(bytes), [data]);
        } catch (error) {
          refused[kind]++;
          if (!(error instanceof CheckpointError)) throw error;
        }
      }
    }
    expect(refused.bin).toBeGreaterThan(400);
    expect(refused.ckpt).toBeGreaterThan(400);
    expect(refused.ckpt).toBeLessThan(1990);
  });

  it.each([
    [{ a: '../model.safetensors' }],
    [{ a: '/etc/x.safetensors' }],
    [{ a: 'b\\c.safetensors' }],
    [{ a: '.hidden.safetensors' }],
    [{ a: 5 }],
    [{}],
  ])('a shard index naming %j is refused', (weight_map) => {
    expect(() => shardNames({ weight_map })).toThrow('must name plain files');
  });
});

describe('a folder', () => {
  const half = (of: number) => new Map([...tensors].filter((_, i) => i % 2 === of));
  const halves = [half(0), half(1)] as const;
  const layouts: Record<string, Record<string, Uint8Array | string>> = {
    safetensors: { 'model.safetensors': fixture('tiny-bert.safetensors') },
    sharded: {
      'model.safetensors.index.json': JSON.stringify({
        weight_map: Object.fromEntries(
          halves.flatMap((half, i) =>
            [...half.keys()].map((name) => [name, `model-0000${i + 1}-of-00002.safetensors`]),
          ),
        ),
      }),
      'model-00001-of-00002.safetensors': writeSafetensors(halves[0]),
      'model-00002-of-00002.safetensors': writeSafetensors(halves[1]),
    },
    bin: { 'pytorch_model.bin': bin },
    'tensorflow, named otherwise': { 'model.ckpt-7.index': index, 'model.ckpt-7.data-00000-of-00001': data },
    tensorflow: { 'bert_model.ckpt.index': index, 'bert_model.ckpt.data-00000-of-00001': data },
  };
  const make = (files: Record<string, Uint8Array | string>) => {
    const made = mkdtempSync(join(folder, 'layout-'));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(made, name), content);
    return made;
  };

  it.each(Object.keys(layouts))('of %s opens with the same parameters', async (layout) => {
    const files = layouts[layout] as Record<string, Uint8Array | string>;
    const name = layout === 'tensorflow' ? 'bert_config.json' : 'config.json';
    const { model_type: _, ...google } = config;
    const content = JSON.stringify(layout === 'tensorflow' ? google : config);
    const loaded = await loadPretrained(make({ [name]: content, ...files }));
    const reference = await loadPretrained(
      make({ 'config.json': JSON.stringify(config), 'model.safetensors': fixture('tiny-bert.safetensors') }),
    );
    expect(loaded.parameters).toEqual(reference.parameters);
    expect(loaded.unexpected).toEqual([]);
  });

  it('saved and opened again is the same model: unknown config keys, tokenizer files and a head of its own survive', async () => {
    const from = await loadPretrained(
      make({
        'config.json': JSON.stringify(config),
        'model.safetensors': fixture('tiny-bert.safetensors'),
        'vocab.txt': '[PAD]\n春\n',
      }),
    );
    const { tokenTable } = from.parameters.embeddings;
    const untied = {
      ...from,
      parameters: {
        ...from.parameters,
        languageModel: {
          ...from.parameters.languageModel,
          output: { ...tokenTable, values: tokenTable.values.map((v) => v + 1) as Float32Array },
        },
      },
    };
    const target = join(folder, 'saved');
    await savePretrained(target, from);
    await savePretrained(target, untied);
    const again = await loadPretrained(target);
    expect(again.parameters).toEqual(untied.parameters);
    expect(again.config).toEqual(from.config);
    expect(again.file.some_key_of_the_future).toEqual({ kept: [1, 2] });
    expect(new TextDecoder().decode(again.tokenizerFiles['vocab.txt'])).toBe('[PAD]\n春\n');
    expect(readdirSync(folder).filter((name) => name.startsWith('.saved'))).toEqual([]);
  });

  it.each([
    ['pre-layer-norm', { normPlacement: 'pre' }],
    ['rotary', { positionKind: 'rotary' }],
    ['relative', { positionKind: 'relative' }],
    ['Synthesizer', { attentionKind: 'random' }],
    ['narrow tables', { embeddingWidth: 8 }],
    ['T-TA with a query token', { queryToken: 4 }],
  ] as const)(
    '%s models survive too, and say to transformers that they are not BERT where they are not',
    async (name, own) => {
      const { config: ours, host } = smallModel(own);
      const target = join(folder, name);
      await savePretrained(target, {
        parameters: host,
        config: ours,
        family: name === 'narrow tables' ? 'electra' : name.startsWith('T-TA') ? 't-ta' : 'bert',
      });
      const again = await loadPretrained(target);
      expect(again.parameters).toEqual(host);
      expect(again.config).toEqual(ours);
      const { model_type } = JSON.parse(readFileSync(join(target, 'config.json'), 'utf8')) as { model_type: string };
      const known = { 'narrow tables': 'electra', relative: 'bert', 'T-TA with a query token': 't-ta' }[name as string];
      expect(model_type).toBe(known ?? 'cloze');
    },
  );

  it('a save that fails leaves the old folder as it was', async () => {
    const { config: ours, host } = smallModel();
    const target = join(folder, 'kept');
    await savePretrained(target, { parameters: host, config: ours });
    const before = readFileSync(join(target, 'model.safetensors'));
    await expect(
      savePretrained(target, {
        parameters: host,
        config: ours,
        tokenizerFiles: { 'vocab.txt': Symbol('no bytes') as never },
      }),
    ).rejects.toThrow();
    expect(readFileSync(join(target, 'model.safetensors'))).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.startsWith('.kept'))).toEqual([]);
  });

  it('a sharded folder is refused where the index and the files disagree, or a link leads out', async () => {
    const { 'model.safetensors.index.json': _index, ...shards } = layouts.sharded as Record<string, Uint8Array>;
    const [one, two] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    const sharded = (weight_map: Record<string, string>, files: Record<string, Uint8Array | string> = shards) =>
      make({
        'config.json': JSON.stringify(config),
        'model.safetensors.index.json': JSON.stringify({ weight_map }),
        ...files,
      });
    const [first] = halves[0].keys();
    await expect(loadPretrained(sharded({ [first as string]: two, b: one }))).rejects.toThrow(
      `'${first}' is not in '${two}'; 'b' is not in '${one}'`,
    );
    const both = { [one]: shards[one] as Uint8Array, [two]: shards[one] as Uint8Array };
    await expect(loadPretrained(sharded({ a: one, b: two }, both))).rejects.toThrow(`is in '${one}' and in '${two}'`);
    await expect(loadPretrained(sharded({ a: one }, { [one]: 'torn' }))).rejects.toThrow(`${one}: A safetensors file`);
    const linked = sharded({ a: one }, {});
    symlinkSync(join(folder, '..'), join(linked, 'elsewhere'));
    writeFileSync(join(folder, 'outside.safetensors'), shards[one] as Uint8Array);
    symlinkSync(join(folder, 'outside.safetensors'), join(linked, one));
    await expect(loadPretrained(linked)).rejects.toThrow('a link that leads out of the folder');
  });

  it('a fine-tuned head, a wrapper, an older head: read; another size, half a head, strictness: named', async () => {
    const extra = (name: string, ...shape: number[]): [string, HostTensor] => [
      name,
      { shape, dtype: 'float32', values: new Float32Array(shape.reduce((n, x) => n * x, 1)).fill(0.5) },
    ];
    const folderOf = (more: [string, HostTensor][], from: Iterable<[string, HostTensor]> = tensors) =>
      make({
        'config.json': JSON.stringify(config),
        'model.safetensors': writeSafetensors(new Map([...from, ...more])),
      });
    const head = [extra('classifier.weight', 3, 8), extra('classifier.bias', 3)];
    const tuned = await loadPretrained(folderOf(head));
    expect(tuned.classifier?.kernel.shape).toEqual([8, 3]);
    const target = join(folder, 'tuned');
    await savePretrained(target, tuned);
    expect((await loadPretrained(target)).classifier).toEqual(tuned.classifier);
    const saved = JSON.parse(readFileSync(join(target, 'config.json'), 'utf8')) as { architectures: string[] };
    expect((await loadPretrained(target)).head).toEqual({ kind: 'sequence' });
    // A class is claimed whose head is not in the file.
    const claimed = make({
      'config.json': JSON.stringify({ ...config, architectures: ['BertForQuestionAnswering'] }),
      'model.safetensors': writeSafetensors(new Map(tensors)),
    });
    expect((await loadPretrained(claimed)).head).toBeUndefined();
    expect(saved.architectures).toEqual(['BertForSequenceClassification']);

    const wrapped = [...tensors].map(([name, tensor]): [string, HostTensor] => [`module.${name}`, tensor]);
    expect((await loadPretrained(folderOf([], wrapped))).parameters).toEqual(tuned.parameters);
    await expect(loadPretrained(folderOf([extra('classifier.weight', 3, 8)]))).rejects.toThrow(
      "'classifier' has only one of weight and bias",
    );
    // The config says tied: what the file has there is not looked at. A loader that is told nothing looks.
    const odd = new Map([...tensors, extra('cls.predictions.decoder.weight', 30, 7)]);
    const { config: sizes } = await loadPretrained(target);
    expect(() => parametersFromCheckpoint(odd, sizes)).toThrow(
      "'cls.predictions.decoder.weight' is [30,7], the config asks for [30,8]",
    );
    await expect(loadPretrained(folderOf([extra('stray', 1)]), { strict: true })).rejects.toThrow(
      "'stray' is unexpected",
    );
    const other = [...tensors].filter(([name]) => name !== 'bert.embeddings.position_embeddings.weight');
    const resized = folderOf([extra('bert.embeddings.position_embeddings.weight', 4, 8)], other);
    await expect(loadPretrained(resized)).rejects.toThrow('[4,8], the config asks for [10,8]');
    const random = { next: () => 0.5 };
    const drawn = await loadPretrained(resized, { fill: random, ignoreMismatched: true });
    expect(drawn.mismatched).toEqual([
      { name: 'bert.embeddings.position_embeddings.weight', found: [4, 8], expected: [10, 8] },
    ]);
    expect(drawn.parameters.embeddings.positionTable?.shape).toEqual([10, 8]);
  });

  it('says what is wrong: no config, no weights, a missing shard, a wrong model_type, a name that is nothing', async () => {
    await expect(loadPretrained(make({}))).rejects.toThrow('has no config.json');
    await expect(loadPretrained(make({ 'config.json': JSON.stringify(config) }))).rejects.toThrow(
      'has no weights: expected model.safetensors',
    );
    await expect(
      loadPretrained(
        make({
          'config.json': JSON.stringify(config),
          'model.safetensors.index.json': '{"weight_map":{"a":"x.safetensors"}}',
        }),
      ),
    ).rejects.toThrow("names 'x.safetensors', which is not there");
    await expect(loadPretrained(make({ 'config.json': '{"model_type":"gpt2","hidden_act":"mish"}' }))).rejects.toThrow(
      /'model_type' must be one of .* got "gpt2"; 'hidden_act' must be one of .* got "mish"; 'hidden_size' must be a number/,
    );
    await expect(loadPretrained('../no/such/folder')).rejects.toThrow('no folder here, and no hub id');
  });
});

describe('the hub', () => {
  const commit = 'c0ffee'.padEnd(40, '0');
  const files: Record<string, Uint8Array> = {
    'config.json': new TextEncoder().encode(JSON.stringify(config)),
    'model.safetensors': fixture('tiny-bert.safetensors'),
    'unrelated.md': new TextEncoder().encode('x'),
  };
  const gitHash = (bytes: Uint8Array) =>
    createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  const about = (path: string) => {
    const bytes = files[path] as Uint8Array;
    const lfs = path.endsWith('.safetensors') && {
      lfs: { oid: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, pointerSize: 120 },
    };
    // Every file was last changed by another commit, as on the hub.
    const lastCommit = { id: gitHash(bytes), title: '', date: '2026-01-01T00:00:00.000Z' };
    return { type: 'file', path, size: bytes.length, oid: gitHash(bytes), lastCommit, ...lfs };
  };

  /** A hub with one model, `some/bert`. */
  async function serve(served = files) {
    const fetched: string[] = [];
    const server = createServer((request, response) => {
      const json = (value: unknown) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(value));
      };
      const url = request.url ?? '';
      if (url.startsWith('/api/models/some/bert/revision/main'))
        return json({ id: 'some/bert', _id: '1', sha: commit, lastModified: '2026-01-01T00:00:00.000Z' });
      if (url.startsWith(`/api/models/some/bert/tree/${commit}`)) return json(Object.keys(files).map(about));
      if (url.startsWith(`/api/models/some/bert/paths-info/${commit}`)) {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { paths } = JSON.parse(Buffer.concat(chunks).toString()) as { paths: string[] };
          json(paths.map(about));
        });
        return;
      }
      const name = url.split('/').at(-1)?.split('?')[0] ?? '';
      const file = url.startsWith(`/some/bert/resolve/${commit}/`) ? served[name] : undefined;
      if (!file) {
        response.statusCode = 404;
        response.end(url);
        return;
      }
      if (request.method === 'GET' && !request.headers.range) fetched.push(name);
      response.setHeader('etag', `"${about(name).lfs ? about(name).lfs?.oid : about(name).oid}"`);
      response.setHeader('x-repo-commit', commit);
      response.setHeader('content-range', `bytes 0-0/${file.length}`);
      response.setHeader('content-length', String(file.length));
      response.end(request.method === 'HEAD' ? undefined : file);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const hubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { hubUrl, fetched, close: () => new Promise((done) => server.close(done)) };
  }

  it('is asked for an id, once; then the cache answers, also offline and without a network; the console stays clean', async () => {
    const { hubUrl, fetched, close } = await serve();
    const options = { hubUrl, cacheFolder: join(folder, 'hub') };
    const said = vi.spyOn(console, 'debug').mockImplementation(() => {});
    await expect(loadPretrained('some/bert', { ...options, offline: true })).rejects.toThrow('and this is offline');
    const first = await loadPretrained('some/bert', options);
    expect(first.config.width).toBe(8);
    expect(fetched.sort()).toEqual(['config.json', 'model.safetensors']);
    await loadPretrained('some/bert', options);
    expect(fetched.length).toBe(2);
    await expect(loadPretrained('no/such', options)).rejects.toThrow(
      "'no/such' is no folder here and could not be fetched from the hub",
    );
    await close();
    for (const more of [{ offline: true }, {}, { revision: commit, offline: true }])
      expect((await loadPretrained('some/bert', { ...options, ...more })).parameters).toEqual(first.parameters);
    await expect(loadPretrained('some/other', options)).rejects.toThrow('could not be fetched');
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
  });

  it('a file damaged on the way is refused and thrown away; the next time the right one comes', async () => {
    const broken = {
      ...files,
      'model.safetensors': (files['model.safetensors'] as Uint8Array).map((b, i) => (i === 5000 ? b ^ 1 : b)),
    };
    const cacheFolder = join(folder, 'damaged-hub');
    const bad = await serve(broken);
    await expect(loadPretrained('some/bert', { hubUrl: bad.hubUrl, cacheFolder })).rejects.toThrow(
      "'model.safetensors' was damaged on the way",
    );
    await bad.close();
    const good = await serve();
    expect((await loadPretrained('some/bert', { hubUrl: good.hubUrl, cacheFolder })).config.width).toBe(8);
    expect(good.fetched).toEqual(['model.safetensors']);
    await good.close();
  });

  it.each(['../no-such-folder', 'a/../b', 'a/..', '.hidden/x', 'a/.b', 'a/b/c', './no-such-folder', 'a b'])(
    '%s is no id',
    async (name) => {
      await expect(loadPretrained(name, { offline: true })).rejects.toThrow(/no hub id|offline/);
    },
  );
});
