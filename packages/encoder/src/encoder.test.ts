import { constant, type Engine, evaluate, flattenTree, gradients, referenceEngine } from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { config, fixture, treeOf } from '../test/pytorch-fixture.ts';
import { encodeBert, encoderConfig, encodeTta, initialParameters, maskedCrossEntropy, predictTokens } from './index.ts';

const { batch } = fixture;
const rows = (values: readonly number[], width: number, dtype: 'int32' | 'bool' | 'float32' = 'int32') =>
  constant(values, [values.length / width, width], dtype);
const inputs = (ids: readonly number[] = batch.ids) => ({
  ids: rows(ids, 7),
  segments: rows(batch.segments, 7),
  attend: rows(batch.attend, 7, 'bool'),
});

/** Largest |ours − theirs| / (1 + |theirs|). */
function distance(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  return Array.from(theirs).reduce(
    (worst, v, i) => Math.max(worst, Math.abs((ours[i] as number) - v) / (1 + Math.abs(v))),
    0,
  );
}

describe('against PyTorch (tooling/oracles/encoder_models.py)', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = referenceEngine();
  });

  for (const [name, encode, theirs] of [
    ['BERT', encodeBert, fixture.bert],
    ['T-TA', encodeTta, fixture.tta],
  ] as const) {
    it(`${name}: hidden states, logits and loss to 1e-5, every gradient to 1e-5`, () => {
      const parameters = treeOf(fixture.parameters);
      const { hidden } = encode(parameters, inputs(), config);
      const logits = predictTokens(parameters, hidden, rows(batch.positions, 2), config);
      const { loss } = maskedCrossEntropy(logits, rows(batch.targets, 2), rows(batch.weights, 2, 'float32'));
      const got = evaluate(engine, { hidden, logits, loss, slopes: gradients(loss, parameters) });
      // Pads are queries that nothing reads; their hidden states agree all the same.
      expect(distance(got.hidden.values, theirs.hidden)).toBeLessThan(1e-5);
      expect(distance(got.logits.values, theirs.logits)).toBeLessThan(1e-5);
      expect(distance(got.loss.values, [theirs.loss])).toBeLessThan(1e-5);
      const expected = new Map(
        flattenTree(evaluate(engine, treeOf(theirs.gradients))).map(([path, { values }]) => [path, values]),
      );
      const slopes = flattenTree(got.slopes);
      expect(slopes.length).toBe(expected.size);
      for (const [path, { values }] of slopes)
        expect(distance(values, expected.get(path) as Float32Array), path).toBeLessThan(1e-5);
    });
  }

  it('T-TA: the output at i does not change, to the bit, when token i does; shown, it does', () => {
    const parameters = treeOf(fixture.parameters);
    const run = (ids: readonly number[], showDiagonal: boolean) =>
      evaluate(engine, encodeTta(parameters, inputs(ids), config, undefined, { showDiagonal }).hidden).values;
    for (let i = 0; i < 7; i++) {
      const changed = batch.ids.map((id, index) => (index === i ? id + 5 : id));
      const vectorAt = (values: ArrayLike<number>, position: number) =>
        Array.from(values).slice(position * 16, position * 16 + 16);
      const [before, after] = [run(batch.ids, false), run(changed, false)];
      expect(vectorAt(after, i)).toEqual(vectorAt(before, i));
      expect(vectorAt(after, (i + 1) % 7)).not.toEqual(vectorAt(before, (i + 1) % 7));
      expect(vectorAt(run(changed, true), i)).not.toEqual(vectorAt(run(batch.ids, true), i));
    }
  });

  it('a masked batch may be passed whole: the positions of its targets are not taken for those of its tokens', () => {
    const parameters = treeOf(fixture.parameters);
    const masked = { ...inputs(), targetPositions: rows(batch.positions, 2), targets: rows(batch.targets, 2) };
    for (const encode of [encodeBert, encodeTta]) {
      const run = (given: ReturnType<typeof inputs>) => evaluate(engine, encode(parameters, given, config).hidden);
      expect(run(masked).values).toEqual(run(inputs()).values);
    }
  });

  it('T-TA: one token alone gives finite numbers, whatever it is', () => {
    const parameters = treeOf(fixture.parameters);
    const alone = (id: number) =>
      evaluate(
        engine,
        encodeTta(
          parameters,
          {
            ids: constant([id], [1, 1], 'int32'),
            segments: constant([0], [1, 1], 'int32'),
            attend: constant([1], [1, 1], 'bool'),
          },
          config,
        ).hidden,
      ).values;
    expect([...alone(5)].every(Number.isFinite)).toBe(true);
    expect([...alone(5)]).toEqual([...alone(9)]);
  });
});

describe('maskedCrossEntropy', () => {
  it('is 0, not NaN, without targets', async () => {
    const { loss, count } = maskedCrossEntropy(
      constant([1, 2, 3, 4], [1, 2, 2]),
      constant([0, 0], [1, 2], 'int32'),
      constant([0, 0], [1, 2]),
    );
    expect(evaluate(referenceEngine(), { loss, count }).loss.values[0]).toBe(0);
  });
});

describe('maskedCrossEntropy with fractional weights', () => {
  it('divides by their sum, also below one', async () => {
    const lossOf = (weight: number) =>
      maskedCrossEntropy(
        constant([1, 2, 3, 4], [1, 2, 2]),
        constant([0, 0], [1, 2], 'int32'),
        constant([weight, weight], [1, 2]),
      ).loss;
    const { small, whole } = evaluate(referenceEngine(), { small: lossOf(0.1), whole: lossOf(1) });
    expect(small.values[0]).toBeCloseTo(whole.values[0] as number, 6);
  });
});

describe('encoderConfig', () => {
  it('refuses an option there is not, and takes undefined for what is left out', () => {
    const wrong = { vocabularySize: 9, width: 8, layers: 1, droput: 0.5 };
    expect(() => encoderConfig(wrong)).toThrow("there is no option 'droput', did you mean 'dropout'?");
    const left = { vocabularySize: 9, width: 64, layers: 1, heads: undefined } as unknown as Parameters<
      typeof encoderConfig
    >[0];
    expect(encoderConfig(left).heads).toBe(1);
    expect(() => encoderConfig(undefined as unknown as typeof wrong)).toThrow(
      'options must be an object, got undefined',
    );
  });
  it('names every wrong field', () => {
    expect(() => encoderConfig({ vocabularySize: 0, width: 10, layers: 1, heads: 3, dropout: 1 })).toThrow(
      'vocabularySize must be a whole number from 1 to 16777216, got 0; dropout must be a number from 0 and below 1, got 1; heads (3) must divide width (10)',
    );
  });

  it('refuses sizes that no encoder has, before anything is made of them', () => {
    const sizes = { vocabularySize: 9, width: 8, layers: 1 };
    for (const [name, value, most] of [
      ['layers', 1e9, 1000],
      ['width', 1e6, 65536],
      ['maximumLength', 1e9, 131072],
      ['vocabularySize', 2e9, 16777216],
      ['feedForwardWidth', 1e9, 1048576],
      ['heads', 1e6, 65536],
    ] as const)
      expect(() => encoderConfig({ ...sizes, [name]: value })).toThrow(
        `${name} must be a whole number from 1 to ${most}, got ${value}`,
      );
  });

  it('a sequence longer than the position table is refused with both numbers', () => {
    expect(() =>
      encodeBert(
        treeOf(fixture.parameters),
        {
          ids: constant(Array(13).fill(1), [1, 13], 'int32'),
          segments: constant(Array(13).fill(0), [1, 13], 'int32'),
          attend: constant(Array(13).fill(1), [1, 13], 'bool'),
        },
        config,
      ),
    ).toThrow('13 tokens is longer than the position table of 12');
  });
});

describe('initialParameters', () => {
  it('draws weights of standard deviation 0.02·0.8796 (a normal cut at two), n = 16,000', () => {
    let state = 1;
    const random = { next: () => ((state = (state * 16807) % 2147483647), state / 2147483647) };
    const { tokenTable } = initialParameters(
      encoderConfig({ vocabularySize: 1000, width: 16, layers: 1 }),
      random,
    ).embeddings;
    const deviation = Math.sqrt([...tokenTable.values].reduce((a, v) => a + v * v, 0) / tokenTable.values.length);
    expect(Math.abs(deviation / (0.02 * 0.8796) - 1)).toBeLessThan(4.5 / Math.sqrt(2 * 16_000));
  });
});
