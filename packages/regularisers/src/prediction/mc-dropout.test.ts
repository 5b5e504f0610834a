import {
  add,
  constant,
  dropout,
  type Engine,
  evaluate,
  type Key,
  randomUniform,
  referenceEngine,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { type McDropoutOptions, mcDropout } from '../index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});
const key = rootKey(constant([2, 1, 0], [3], 'int32'));
const model = (rate: number) => (w: Tensor, x: Tensor, k: Key | undefined) => dropout(add(x, w), { rate, key: k });
const [w, x] = [constant([1, 2, -1]), constant([0, 0.5, 1, 2, -1, 0], [2, 3])];
const run = (rate: number, options: McDropoutOptions) => evaluate(engine, mcDropout(model(rate), options)(w, x, key));
const sums = (values: ArrayLike<number>) =>
  [0, 1].map((row) => [0, 1, 2].reduce((n, i) => n + (values[row * 3 + i] as number), 0));

describe.each(['separate', 'concatenated'] as const)('MC-dropout, %s', (arrangement) => {
  it('without dropout is one prediction: no deviation, no disagreement', () => {
    const { probabilities, deviation, entropy, mutualInformation } = run(0, { samples: 4, arrangement });
    const e = [1, 2.5, 0].map(Math.exp);
    const p = e.map((v) => v / e.reduce((a, b) => a + b));
    for (const [i, v] of p.entries()) expect(probabilities.values[i]).toBeCloseTo(v, 6);
    expect(Math.max(...deviation.values)).toBeLessThan(1e-6);
    expect(entropy.values[0]).toBeCloseTo(-p.reduce((sum, v) => sum + v * Math.log(v), 0), 6);
    for (const v of mutualInformation.values) expect(Math.abs(v)).toBeLessThan(1e-6);
  });
  it('with dropout averages probabilities; samples disagree', () => {
    const { probabilities, deviation, entropy, expectedEntropy, mutualInformation } = run(0.5, {
      samples: 50,
      arrangement,
    });
    for (const v of sums(probabilities.values)) expect(v).toBeCloseTo(1, 5);
    expect(Math.min(...deviation.values)).toBeGreaterThan(0.01);
    for (const [row, v] of mutualInformation.values.entries()) {
      expect(v).toBeGreaterThan(0.01);
      expect((entropy.values[row] as number) - (expectedEntropy.values[row] as number)).toBeCloseTo(v, 6);
    }
  });
});

it('joined samples of two pieces of a batch share no draws', () => {
  const draws = (row: number) => {
    let seen: Tensor | undefined;
    const drawing = (_w: Tensor, rows: Tensor, k: Key | undefined) => {
      seen = randomUniform(k as Key, rows.shape);
      return seen;
    };
    mcDropout(drawing, { samples: 4, arrangement: 'concatenated' })(w, x, rootKey(constant([2, 1, row], [3], 'int32')));
    return [...evaluate(engine, seen as Tensor).values];
  };
  const first = new Set(draws(0));
  expect(first.size).toBe(24);
  expect(draws(2).filter((v) => first.has(v))).toEqual([]);
});
it('refuses samples that are no positive integer', () => {
  expect(() => mcDropout(model(0), { samples: 0 })).toThrow('samples must be > 0, got 0');
  expect(() => mcDropout(model(0), { samples: 2.5 })).toThrow('samples must be an integer, got 2.5');
});
