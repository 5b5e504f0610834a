import { readFileSync } from 'node:fs';
import { constant, evaluate, type HostTensor, mapTree, type Tensor, tfjsEngine } from '@cloze/backend';
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
    ...evaluate(
      await tfjsEngine('cpu'),
      predictTokens(tree, hidden, constant([0, 1, 2, 3, 4], [1, 5], 'int32'), config.normEpsilon),
    ).values,
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
      "'bert.embeddings.word_embeddings.weight' is [30,8], the config asks for [31,8]; 'bert.encoder.layer.0.attention.self.query.bias' is missing; 'bert.encoder.layer.1.attention.self.query.bias' is missing; 'cls.predictions.bias' is [30], the config asks for [31]",
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
    ['no JSON', fileOf('hello'), 'not JSON'],
    ['a key twice', fileOf(`{${entry('a', 0, 4)},${entry('a', 0, 4)}}`, four), "names 'a' twice"],
    ['overlaps', fileOf(`{${entry('a', 0, 4)},${entry('b', 0, 4)}}`, four), "'b' begins at 0, expected 4"],
    ['holes', fileOf(`{${entry('a', 4, 8)}}`, eight), "'a' begins at 4, expected 0"],
    ['bytes left over', fileOf(`{${entry('a', 0, 4)}}`, eight), '4 bytes at the end'],
    ['spans past the end', fileOf(`{${entry('a', 0, 8, '[2]')}}`, four), "'a': F32 [2] takes 8 bytes"],
    ['a span that is not shape × type', fileOf(`{${entry('a', 0, 4, '[2]')}}`, four), "'a': F32 [2] takes 8 bytes"],
    ['a negative extent', fileOf(`{${entry('a', 0, 4, '[-1]')}}`, four), 'expected a known dtype'],
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
