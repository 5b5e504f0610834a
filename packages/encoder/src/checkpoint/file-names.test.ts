import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostTensor } from '@cloze/backend';
import { streamFrom } from '@cloze/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel } from '../../test/small-model.ts';
import { tableBlock, tableFile, tensorflowCheckpoint } from '../../test/tensorflow-checkpoint.ts';
import { typicalConfig } from '../../test/typical-config.ts';
import { familyOf, families as records } from '../families/families.ts';
import {
  checkpointFromParameters,
  configToHub,
  type EncoderConfig,
  type FamilyName,
  parametersFromCheckpoint,
  readTensorflowCheckpoint,
  writeSafetensors,
} from '../index.ts';
import { loadPretrained } from '../node.ts';

const families = records.map(({ name }) => name);
const modelOf = (family: FamilyName = 'bert', more: Partial<EncoderConfig> = {}) => {
  const { config, host } = smallModel({ layers: 2, ...typicalConfig(family), ...more });
  return { config, host, tensors: checkpointFromParameters(host, config, { family }) };
};
const renamed = (tensors: ReadonlyMap<string, HostTensor>, rename: (name: string) => string | undefined) =>
  new Map([...tensors].flatMap(([name, tensor]) => [[rename(name) ?? '', tensor] as const]).filter(([name]) => name));
const fill = () => streamFrom(1);
const read = (tensors: ReadonlyMap<string, HostTensor>, config: EncoderConfig, family: FamilyName = 'bert') =>
  parametersFromCheckpoint(tensors, config, { family, fill: fill() });

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-file-names-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder of these tensors, opened as every command opens one. */
async function opened(tensors: ReadonlyMap<string, HostTensor>, config: EncoderConfig, family: FamilyName = 'bert') {
  const at = mkdtempSync(join(folder, 'm-'));
  writeFileSync(join(at, 'config.json'), JSON.stringify(configToHub(config, { family })));
  writeFileSync(join(at, 'model.safetensors'), writeSafetensors(tensors));
  return loadPretrained(at, { fill: fill() });
}

describe('names of trainers', () => {
  it.each([
    ['torch.compile', '_orig_mod.', '_orig_mod.'],
    ['DataParallel', 'module.', 'module.'],
    ['Lightning', 'model.', 'model.'],
    ['a compiled model in Lightning', 'model._orig_mod.', 'model._orig_mod.'],
    ['DeepSpeed', '_forward_module.model.', '_forward_module.model.'],
    ['a doubled prefix', 'bert.', 'bert.'],
  ])('%s: the same weights, and said so', async (_what, prefix, said) => {
    const { config, host, tensors } = modelOf();
    const wrapped = renamed(tensors, (name) =>
      prefix === 'bert.' && !name.startsWith('bert.') ? name : prefix + name,
    );
    const loaded = await opened(wrapped, config);
    expect(loaded.parameters).toEqual(host);
    expect(loaded.notes).toEqual([`read without '${said}' before names`]);
  });

  it('of a sentence encoder saved whole, of a bare encoder in a wrapper, of a module wrapped inside', () => {
    const { config, host, tensors } = modelOf();
    const encoder = renamed(tensors, (name) => (name.startsWith('bert.') ? name.slice(5) : undefined));
    for (const prefix of ['0.auto_model.', 'model.', 'module.auto_model.bert.']) {
      const { parameters, missing } = read(
        renamed(encoder, (name) => prefix + name),
        config,
      );
      expect(parameters.layers).toEqual(host.layers);
      expect(missing.every((name) => name.startsWith('cls.'))).toBe(true);
    }
    const inside = renamed(tensors, (name) => name.replace('encoder.layer', 'encoder._orig_mod.layer'));
    expect(read(inside, config).parameters).toEqual(host);
  });

  it.each(families)('%s: every wrapper', (family) => {
    const { config, host, tensors } = modelOf(family);
    for (const prefix of ['_orig_mod.', 'model.', 'module.'])
      expect(
        read(
          renamed(tensors, (name) => prefix + name),
          config,
          family,
        ).parameters,
      ).toEqual(host);
  });

  it('two tensors by one name are refused where they differ, read where they are one', () => {
    const { config, host, tensors } = modelOf();
    const name = 'bert.encoder.layer.0.attention.self.query.weight';
    const other = { ...(tensors.get(name) as HostTensor), values: new Float32Array(16 * 16) };
    const twice = (tensor: HostTensor) => new Map([...tensors, [`module.${name}`, tensor]]);
    expect(() => read(twice(other), config)).toThrow(`'${name}' and 'module.${name}' are both '${name}', and differ`);
    expect(read(twice(tensors.get(name) as HostTensor), config).parameters).toEqual(host);
  });
});

describe('what a file lacks of its encoder is never drawn', () => {
  it.each(families)('%s: one tensor less is named, with fill too', (family) => {
    const { config, tensors } = modelOf(family);
    const { root } = familyOf(family);
    for (const name of tensors.keys()) {
      if (!name.startsWith(`${root}.`) || /embed_positions/.test(name)) continue;
      const short = new Map([...tensors].filter(([other]) => other !== name));
      expect(() => read(short, config, family)).toThrow(`'${name}' is missing`);
    }
  });

  it('names that nobody knows are told instead', () => {
    const { config, tensors } = modelOf();
    for (const prefix of ['student.', 'query_encoder.', 'transformer.h.'])
      expect(() =>
        read(
          renamed(tensors, (name) => prefix + name),
          config,
        ),
      ).toThrow(
        new RegExp(
          `\\d+ of \\d+ tensors are missing, 'bert.embeddings.word_embeddings.weight'.* the file has '${prefix}`,
        ),
      );
    expect(() =>
      read(
        renamed(tensors, (name) => name.replace(/^bert\./, 'roberta.')),
        config,
      ),
    ).toThrow("the file has 'roberta.embeddings.word_embeddings.weight'");
  });

  it.each([1, 3, 1_000_000_000])('a config that says %i layers of two', (layers) => {
    const { config, tensors } = modelOf();
    expect(() => read(tensors, { ...config, layers })).toThrow(
      `the config says ${layers} layers (num_hidden_layers), the file has 2`,
    );
  });

  it('a name that says layer 999,999,999 makes none', () => {
    const { config, tensors } = modelOf();
    const name = 'bert.encoder.layer.999999999.output.dense.bias';
    const more = new Map([...tensors, [name, tensors.get('cls.predictions.bias') as HostTensor]]);
    expect(() => read(more, config)).toThrow('the config says 2 layers (num_hidden_layers), the file has 1000000000');
    expect(() => read(more, { ...config, layers: 1e9 })).toThrow('tensors are missing');
  });

  it('tensors of the encoder that the config has no place for are refused', () => {
    const { config, tensors } = modelOf();
    const name = 'bert.encoder.layer.0.crossattention.self.query.weight';
    const more = new Map([
      ...tensors,
      [name, tensors.get('bert.encoder.layer.0.attention.self.query.weight') as HostTensor],
    ]);
    expect(() => read(more, config)).toThrow(`the config has no place for '${name}'`);
    const relative = modelOf('bert', { positionKind: 'relative' });
    const absolute = new Map([...tensors, ...relative.tensors]);
    expect(() => read(absolute, config)).toThrow('distance_embedding');
    const albert = modelOf('albert');
    const groups = new Map([
      ...albert.tensors,
      ...renamed(albert.tensors, (at) =>
        at.includes('layer_groups.0') ? at.replace('groups.0', 'groups.1') : undefined,
      ),
    ]);
    expect(() => read(groups, albert.config, 'albert')).toThrow('albert_layer_groups.1');
  });

  it('what is no part of the encoder is left over, and said', async () => {
    const { config, tensors } = modelOf();
    const more = new Map([
      ...tensors,
      ['cls.seq_relations.bias', { shape: [2], dtype: 'float32', values: new Float32Array(2) } satisfies HostTensor],
    ]);
    expect((await opened(more, config)).notes).toEqual([
      "left over, for nothing here reads them: 'cls.seq_relations.bias'",
    ]);
  });

  it('nothing is drawn before the rest is judged: a width of 65,536 on a file’s word takes no memory', () => {
    const { config, tensors } = modelOf();
    const bare = new Map([...tensors].filter(([name]) => name.startsWith('bert.')));
    const wide = { ...config, width: 65_536, embeddingWidth: 65_536 };
    const before = process.memoryUsage().arrayBuffers;
    expect(() => read(bare, wide)).toThrow('the config asks for [20,65536]');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64_000_000);
  });

  it('a head is drawn where fill allows it, and said', async () => {
    const { config, tensors } = modelOf();
    const bare = new Map([...tensors].filter(([name]) => name.startsWith('bert.')));
    const loaded = await opened(bare, config);
    expect(loaded.missing).toHaveLength(5);
    expect(loaded.notes.join()).toContain(
      "drawn at random, for the file lacks them: 'cls.predictions.transform.dense.weight'",
    );
  });
});

describe('a tied matrix under its other name', () => {
  it.each(families)('%s: as the output matrix alone, and by the alias of safetensors save_model', async (family) => {
    const { config, host, tensors } = modelOf(family);
    const { outputName, root } = familyOf(family);
    const table = `${root}.embeddings.word_embeddings.weight`;
    const other = renamed(tensors, (name) => (name === table ? outputName : name));
    const loaded = await opened(other, config, family);
    expect([loaded.parameters, loaded.notes]).toEqual([host, []]);
    // Any name may be the one that is kept: here a norm's, which only the note can tell.
    const norm = `${root}.embeddings.LayerNorm.bias`;
    const at = mkdtempSync(join(folder, 'm-'));
    writeFileSync(join(at, 'config.json'), JSON.stringify(configToHub(config, { family })));
    writeFileSync(
      join(at, 'model.safetensors'),
      writeSafetensors(
        renamed(tensors, (name) => (name === norm ? 'shared' : name)),
        { [norm]: 'shared', format: 'pt' },
      ),
    );
    expect((await loadPretrained(at)).parameters).toEqual(host);
  });

  it('both there and different: the head’s own, as in transformers, whatever the config says', async () => {
    const { config, host, tensors } = modelOf();
    const output = { ...host.embeddings.tokenTable, values: host.embeddings.tokenTable.values.map((v) => v + 1) };
    const both = new Map([...tensors, ['cls.predictions.decoder.weight', output]]);
    expect((await opened(both, config)).parameters.languageModel.output).toEqual(output);
  });

  it('a bias of its own beside the output matrix is the one that is added', () => {
    const { config, host, tensors } = modelOf();
    const bias = { ...(host.languageModel.bias as HostTensor), values: new Float32Array(20).fill(3) };
    expect(
      read(new Map([...tensors, ['cls.predictions.decoder.bias', bias]]), config).parameters.languageModel.bias,
    ).toEqual(bias);
  });

  it('tied: false without an output matrix is a head that is not whole', () => {
    const { config, tensors } = modelOf();
    expect(() => parametersFromCheckpoint(tensors, config, { tied: false })).toThrow(
      "'cls.predictions.decoder.weight' is missing",
    );
    expect(parametersFromCheckpoint(tensors, config, { tied: false, fill: fill() }).missing).toEqual([
      'cls.predictions.decoder.weight',
    ]);
  });
});

/** Google's names of ALBERT, of the form of its own release. */
const googleAlbert = (name: string) =>
  name
    .replace(
      /^albert\.encoder\.albert_layer_groups\.0\.albert_layers\.0\./,
      'bert.encoder.transformer.group_0.inner_group_0.',
    )
    .replace('inner_group_0.attention.LayerNorm', 'inner_group_0.LayerNorm')
    .replace('full_layer_layer_norm', 'LayerNorm_1')
    .replace('inner_group_0.attention.dense', 'inner_group_0.attention_1.output.dense')
    .replace(/inner_group_0\.attention\.(query|key|value)/, 'inner_group_0.attention_1.self.$1')
    .replace('inner_group_0.ffn_output', 'inner_group_0.ffn_1.intermediate.output.dense')
    .replace('inner_group_0.ffn.', 'inner_group_0.ffn_1.intermediate.dense.')
    .replace(/^albert\./, 'bert.')
    .replace(/^predictions\.bias/, 'cls.predictions.output_bias')
    .replace(/^predictions\./, 'cls.predictions.transform.');

/** PyTorch's tensors as Google's variables: kernels the other way round, slashes, gamma and beta. */
const asGoogle = (tensors: ReadonlyMap<string, HostTensor>, rename: (name: string) => string) =>
  new Map(
    [...tensors].map(([name, tensor]) => {
      const theirs = rename(name);
      const isTable = /embeddings\.weight$/.test(theirs);
      const [rows = 0, columns = 0] = tensor.shape;
      const isKernel = tensor.shape.length === 2 && !isTable;
      const turned: HostTensor = isKernel
        ? {
            shape: [columns, rows],
            dtype: 'float32',
            values: Float32Array.from(
              tensor.values,
              (_, i) => tensor.values[(i % rows) * columns + Math.floor(i / rows)] as number,
            ),
          }
        : tensor;
      const path = theirs
        .replace(/LayerNorm(_1)?\.weight$/, 'LayerNorm$1.gamma')
        .replace(/LayerNorm(_1)?\.bias$/, 'LayerNorm$1.beta')
        .replace(/embeddings\.weight$/, 'embeddings')
        .replace(/\.weight$/, '.kernel')
        .replace(/\.layer\.(\d+)\./, '.layer_$1.');
      return [path.replaceAll('.', '/'), turned] as const;
    }),
  );

describe('TensorFlow’s names', () => {
  const readBack = (variables: ReadonlyMap<string, HostTensor>) => {
    const { index, data } = tensorflowCheckpoint(variables);
    return readTensorflowCheckpoint(index, [data]);
  };
  it('ALBERT’s and BERT’s give the weights they were written from; optimiser slots are left out', () => {
    const albert = modelOf('albert');
    const google = asGoogle(albert.tensors, googleAlbert);
    expect(google.has('bert/encoder/transformer/group_0/inner_group_0/ffn_1/intermediate/output/dense/kernel')).toBe(
      true,
    );
    expect(read(readBack(google), albert.config, 'albert').parameters).toEqual(albert.host);
    const bert = modelOf();
    const slots = asGoogle(bert.tensors, (name) => name.replace('cls.predictions.bias', 'cls.predictions.output_bias'));
    for (const [name, tensor] of [...slots]) slots.set(`${name}/vr`, tensor);
    const loaded = read(readBack(slots), bert.config);
    expect([loaded.parameters, loaded.unexpected]).toEqual([bert.host, []]);
  });

  it('ELECTRA’s generator keeps its head: the discriminator beside it has none', () => {
    const { config, tensors } = modelOf('electra');
    const names = asGoogle(tensors, (name) =>
      name.replace('generator_lm_head.bias', 'generator_predictions.output_bias'),
    );
    expect(read(readBack(names), config, 'electra').missing).toEqual([]);
    const both = new Map([
      ...names,
      ...[...names].map(([name, tensor]) => [name.replace(/^electra/, 'generator'), tensor] as const),
    ]);
    const { missing, unexpected } = read(readBack(both), config, 'electra');
    expect(missing).toHaveLength(5);
    expect(unexpected.length).toBeGreaterThan(30);
  });

  it('Keras’ object-based names and albert_zh’s older ones are refused', () => {
    const keras = new Map([
      ['model/layer-1/embeddings/.ATTRIBUTES/VARIABLE_VALUE', modelOf().host.embeddings.tokenTable],
    ]);
    expect(() => readBack(keras)).toThrow("checkpoint of Keras'");
    const { config, tensors } = modelOf('albert');
    const older = asGoogle(tensors, (name) =>
      googleAlbert(name).replace('transformer.group_0.inner_group_0', 'layer_shared'),
    );
    expect(() => read(readBack(older), config, 'albert')).toThrow(/tensors are missing.*layer_shared/);
  });

  it('an index that claims gigabytes of names, or one block many times, is refused before they are made', () => {
    const name = 'x'.repeat(30_000);
    const shared = [0x80 + (30_000 % 128), (Math.floor(30_000 / 128) % 128) | 0x80, Math.floor(30_000 / 16_384)];
    const first = tableBlock([[name, []]]).slice(0, -8);
    // Each entry shares 30,000 bytes with the one before, adds none and has no value.
    const many = Array.from({ length: 40_000 }, () => [...shared, 0, 0]).flat();
    const bomb = tableFile([[...first, ...many, 0, 0, 0, 0, 1, 0, 0, 0]]);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => readTensorflowCheckpoint(bomb, [])).toThrow('names in the index take more than 8 MB');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64_000_000);
    const block = tableBlock([['a', []]]);
    expect(() =>
      readTensorflowCheckpoint(
        tableFile(
          [block],
          [
            [0, block.length],
            [0, block.length],
          ],
        ),
        [],
      ),
    ).toThrow('names a block at 0, expected at');
  });
});

describe('weights that are no floats', () => {
  it.each(['int32', 'bool'] as const)('%s: named, not put on an engine as they are', (dtype) => {
    const { config, tensors } = modelOf();
    const name = 'bert.encoder.layer.0.intermediate.dense.weight';
    const { shape, values } = tensors.get(name) as HostTensor;
    const whole = {
      shape,
      dtype,
      values: dtype === 'bool' ? new Uint8Array(values.length) : new Int32Array(values.length),
    };
    expect(() => read(new Map([...tensors, [name, whole as HostTensor]]), config)).toThrow(
      `'${name}' holds ${dtype === 'bool' ? 'booleans' : 'whole numbers'}, weights are floats; quantised ones are not read`,
    );
  });
});
