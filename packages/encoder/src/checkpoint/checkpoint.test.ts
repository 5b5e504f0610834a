import { readFileSync } from 'node:fs';
import { constant, evaluate, type HostTensor, mapTree, referenceEngine, type Tensor } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import {
  CheckpointError,
  checkpointFromParameters,
  type EncoderParameters,
  encodeBert,
  encoderConfig,
  parametersFromCheckpoint,
  predictTokens,
  readSafetensors,
  writeSafetensors,
} from '../index.ts';

const file = new Uint8Array(readFileSync(new URL('../../fixtures/tiny-bert.safetensors', import.meta.url)));
const oracle = JSON.parse(readFileSync(new URL('../../fixtures/tiny-bert.json', import.meta.url), 'utf8')) as {
  ids: number[];
  logits: number[];
};
const config = encoderConfig({
  vocabularySize: 30,
  width: 8,
  layers: 2,
  heads: 2,
  feedForwardWidth: 16,
  maximumLength: 10,
  dropout: 0,
  attentionDropout: 0,
});

async function logitsOf(parameters: EncoderParameters<HostTensor>): Promise<number[]> {
  const tree = mapTree(parameters, ({ shape, values }: HostTensor) =>
    constant(values, shape),
  ) as unknown as EncoderParameters<Tensor>;
  const inputs = {
    ids: constant(oracle.ids, [1, 5], 'int32'),
    segments: constant([0, 0, 0, 0, 0], [1, 5], 'int32'),
    attend: constant([1, 1, 1, 1, 1], [1, 5], 'bool'),
  };
  const { hidden } = encodeBert(tree, inputs, config);
  return [
    ...evaluate(referenceEngine(), predictTokens(tree, hidden, constant([0, 1, 2, 3, 4], [1, 5], 'int32'), config))
      .values,
  ];
}

/** A file from a header and a body, honest or not. */
function fileOf(
  header: string,
  body = new Uint8Array(0),
  claimed = BigInt(new TextEncoder().encode(header).length),
): Uint8Array {
  const text = new TextEncoder().encode(header);
  const out = new Uint8Array(8 + text.length + body.length);
  new DataView(out.buffer).setBigUint64(0, claimed, true);
  out.set(text, 8);
  out.set(body, 8 + text.length);
  return out;
}
const entry = (name: string, begin: number, end: number, shape = '[1]', dtype = 'F32') =>
  `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe('a checkpoint saved by transformers', () => {
  it('gives the same logits here, to 1e-5', async () => {
    const { parameters, unexpected } = parametersFromCheckpoint(readSafetensors(file).tensors, config);
    expect(unexpected).toEqual([]);
    for (const [i, logit] of (await logitsOf(parameters)).entries())
      expect(Math.abs(logit - (oracle.logits[i] as number))).toBeLessThan(1e-5);
  });

  it('survives reading and writing: same names, shapes and values, and the writer is stable', () => {
    const before = readSafetensors(file);
    const written = writeSafetensors(
      checkpointFromParameters(parametersFromCheckpoint(before.tensors, config).parameters, config),
      before.metadata,
    );
    const after = readSafetensors(written);
    expect([...after.tensors.keys()].sort()).toEqual([...before.tensors.keys()].sort());
    for (const [name, { shape, values }] of before.tensors)
      expect(after.tensors.get(name), name).toEqual({ shape, dtype: 'float32', values });
    expect([...writeSafetensors(after.tensors, after.metadata)]).toEqual([...written]);
  });

  it('is read with gamma and beta, without the bert. prefix, and with what is wrong listed at once', () => {
    const { tensors } = readSafetensors(file);
    const old = new Map(
      [...tensors].map(([name, tensor]) => [
        name
          .replace('LayerNorm.weight', 'LayerNorm.gamma')
          .replace('LayerNorm.bias', 'LayerNorm.beta')
          .replace(/^bert\./, ''),
        tensor,
      ]),
    );
    expect(parametersFromCheckpoint(old, config).parameters).toEqual(
      parametersFromCheckpoint(tensors, config).parameters,
    );
    const short = new Map([...tensors].filter(([name]) => !name.endsWith('self.query.bias')));
    expect(() => parametersFromCheckpoint(short, { ...config, vocabularySize: 31 })).toThrow(
      "'bert.embeddings.word_embeddings.weight' is [30,8], the config asks for [31,8]; 'cls.predictions.bias' is [30], the config asks for [31]; 'bert.encoder.layer.0.attention.self.query.bias' is missing; 'bert.encoder.layer.1.attention.self.query.bias' is missing",
    );
  });
});

describe('readSafetensors refuses', () => {
  const four = new Uint8Array(4);
  const eight = new Uint8Array(8);
  it.each([
    ['a file too short', new Uint8Array(3), 'at least 8 bytes, got 3'],
    ['a giant header', fileOf('{}', undefined, 2n ** 63n), 'claims 9223372036854775808 bytes'],
    ['a header past the end', fileOf('{}', undefined, 99n), 'claims 99 bytes, the file has 2'],
    ['no JSON', fileOf('hello'), "does not start with '{'"],
    ['a key twice', fileOf(`{${entry('a', 0, 4)},${entry('a', 0, 4)}}`, four), "names 'a' twice"],
    ['overlaps', fileOf(`{${entry('a', 0, 4)},${entry('b', 0, 4)}}`, four), "'b' begins at 0, expected 4"],
    ['holes', fileOf(`{${entry('a', 4, 8)}}`, eight), "'a' begins at 4, expected 0"],
    ['bytes left over', fileOf(`{${entry('a', 0, 4)}}`, eight), '4 bytes at the end'],
    ['spans past the end', fileOf(`{${entry('a', 0, 8, '[2]')}}`, four), "'a': F32 [2] takes 8 bytes"],
    ['a span that is not shape × type', fileOf(`{${entry('a', 0, 4, '[2]')}}`, four), "'a': F32 [2] takes 8 bytes"],
    [
      'a negative extent',
      fileOf(`{${entry('a', 0, 4, '[-1]')}}`, four),
      "'a' is not what it should be: expected a whole number",
    ],
    ['white space first', fileOf(' {}'), "does not start with '{'"],
    ['more after the end', fileOf('{}\0'), 'more after the end'],
    ['a note twice', fileOf('{"__metadata__":{"a":"b","a":"c"}}'), "__metadata__ names 'a' twice"],
    ['notes twice', fileOf('{"__metadata__":{},"__metadata__":{}}'), "'__metadata__' twice"],
    ['a note that is no string', fileOf('{"__metadata__":{"a":1}}'), "'a' is something else"],
    ['a field twice', fileOf('{"a":{"shape":[],"shape":[]}}'), "'a' has two shape"],
    ['a shape of 1.0', fileOf(`{${entry('a', 0, 4, '[1.0]')}}`, four), 'got 1.0'],
    ['an offset of -0', fileOf(`{${entry('a', 0, 4).replace('[0', '[-0')}}`, four), 'got -0'],
    ['three offsets', fileOf(`{${entry('a', 0, 4).replace('0,4', '0,4,5')}}`, four), 'two data_offsets'],
    ['a lone surrogate', fileOf(`{${entry('\\ud800', 0, 4)}}`, four), 'lone surrogate'],
    ['a control character in a name', fileOf(`{${entry('\x01', 0, 4)}}`, four), 'control character'],
    ['a name that is not UTF-8', fileOf('{"?":1}').map((b) => (b === 63 ? 255 : b)), 'not UTF-8'],
    ['a wrong escape', fileOf('{"\\q":1}'), 'wrong escape'],
    ['nesting without end', fileOf(`{"a":{"x":${'['.repeat(1e6)}`), 'nested more than 128 deep'],
    ['a number out of range', fileOf('{"a":{"x":1e400}}'), 'out of range'],
    [
      'a shape that overflows',
      fileOf(`{${entry('a', 0, 0, '[4503599627370496,4503599627370496,0]')}}`),
      'takes Infinity bytes',
    ],
    ['half a byte', fileOf(`{${entry('a', 0, 2, '[3]', 'F4')}}`, new Uint8Array(2)), 'takes NaN bytes'],
    ['an array for an entry', fileOf('{"a":["F32",[1],[0,4]]}', four), 'expected \'{\', found "["'],
    ['an unknown type', fileOf(`{${entry('a', 0, 4, '[1]', 'constructor')}}`, four), 'expected a known dtype'],
  ])('%s', (_what, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(CheckpointError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  it('10,000 mutated headers: a CheckpointError or a result, nothing else', () => {
    let state = 7;
    const below = (limit: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 4294967296) * limit);
    };
    let refused = 0;
    const seed = fileOf(
      `{"__metadata__":{"format":"pt"},${entry('a', 0, 4)},${entry('b', 4, 12, '[2]')}}`,
      new Uint8Array(12),
    );
    for (let i = 0; i < 10_000; i++) {
      const bytes = seed.slice(0, below(8) === 0 ? below(seed.length) : seed.length);
      for (let flips = 1 + below(3); flips > 0 && bytes.length > 0; flips--) bytes[below(bytes.length)] = below(256);
      try {
        readSafetensors(bytes);
      } catch (error) {
        refused++;
        if (!(error instanceof CheckpointError)) throw error;
      }
    }
    expect(refused).toBeGreaterThan(5000);
  });

  it('what is unusual but allowed is read: no tensors, empty tensors, unknown fields, null notes, __proto__ as a name, types that nothing uses', () => {
    const read = (header: string, body?: Uint8Array<ArrayBuffer>) => readSafetensors(fileOf(header, body)).tensors;
    expect(read('{}').size).toBe(0);
    expect(read('{"__metadata__":null}\n\t ').size).toBe(0);
    expect(read(`{${entry('a', 0, 0, '[0]')},${entry('b', 0, 0, '[3,0]')}}`).get('b')?.shape).toEqual([3, 0]);
    expect(
      read('{"a":{"x":[1,{"y":null}],"dtype":"U8","shape":[],"data_offsets":[0,1]}}', Uint8Array.of(7)).get('a'),
    ).toEqual({
      shape: [],
      dtype: 'int32',
      values: Int32Array.of(7),
    });
    expect([...read(`{${entry('__proto__', 0, 4)}}`, four).keys()]).toEqual(['__proto__']);
    const eighths = read(`{${entry('a', 0, 4, '[4]', 'F8_E4M3')}}`, four).get('a');
    expect(eighths?.shape).toEqual([4]);
    expect(() => eighths?.values).toThrow("'a' has type F8_E4M3");
  });

  it('whole numbers of every width are read, and refused where int32 does not hold them', () => {
    const read = (dtype: string, ...bytes: number[]) => {
      const width = bytes.length;
      return readSafetensors(fileOf(`{${entry('n', 0, width, '[1]', dtype)}}`, Uint8Array.from(bytes))).tensors.get(
        'n',
      );
    };
    expect([...(read('I8', 255)?.values ?? [])]).toEqual([-1]);
    expect([...(read('I16', 254, 255)?.values ?? [])]).toEqual([-2]);
    expect([...(read('U16', 254, 255)?.values ?? [])]).toEqual([65534]);
    expect([...(read('U32', 1, 0, 0, 0)?.values ?? [])]).toEqual([1]);
    expect([...(read('U64', 2, 0, 0, 0, 0, 0, 0, 0)?.values ?? [])]).toEqual([2]);
    expect([...(read('I64', 253, 255, 255, 255, 255, 255, 255, 255)?.values ?? [])]).toEqual([-3]);
    expect([...(read('F64', 0, 0, 0, 0, 0, 0, 0, 0xc0)?.values ?? [])]).toEqual([-2]);
    expect(() => read('U32', 0, 0, 0, 128)?.values).toThrow("'n': element 0 is 2147483648");
    expect(() => read('I64', 0, 0, 0, 0, 1, 0, 0, 0)?.values).toThrow('is 4294967296');
  });

  it('float32 is a view of the file where it is aligned, a copy where it is not', () => {
    const shared = ['', ' ', '  ', '   '].map((spaces) => {
      const of = fileOf(`{${entry('a', 0, 4)}}${spaces}`, four);
      return readSafetensors(of).tensors.get('a')?.values.buffer === of.buffer;
    });
    expect(shared.filter(Boolean)).toHaveLength(1);
  });

  it('half and bfloat16 are widened exactly', () => {
    const half = fileOf(
      `{${entry('h', 0, 8, '[4]', 'F16')},${entry('b', 8, 12, '[2]', 'BF16')}}`,
      Uint8Array.of(0, 0x3c, 0, 0xc0, 1, 0, 0xff, 0x7b, 0x80, 0x3f, 0x49, 0x40),
    );
    const { tensors } = readSafetensors(half);
    expect([...(tensors.get('h')?.values ?? [])]).toEqual([1, -2, 2 ** -24, 65504]);
    expect([...(tensors.get('b')?.values ?? [])]).toEqual([1, 3.140625]);
  });
});
