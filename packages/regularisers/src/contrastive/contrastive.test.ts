import { constant, type Engine, evaluate, gradients, referenceEngine, sum, type Tensor } from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { cosineSimilarities, simcse, supervisedSimcse } from '../index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});
const vectors = (x: Tensor) => x;
const identity = constant([2, 0, 0, 0, 3, 0, 0, 0, 4], [3, 3]);
const alike = constant([1, 1, 1, 1, 1, 1, 1, 1, 1], [3, 3]);
const loss = (of: typeof simcse<Tensor, undefined> extends (...a: never[]) => infer R ? R : never, x: Tensor) =>
  evaluate(engine, of(x, undefined, undefined).loss).values[0] as number;

describe('closed forms without dropout, N = 3', () => {
  const far = Math.exp(-1 / 0.5);
  it('orthogonal sentences: ln(1 + (N − 1)e^{−1/τ}), among both ln(1 + (2N − 2)e^{−1/τ})', () => {
    expect(loss(simcse(vectors, { temperature: 0.5 }), identity)).toBeCloseTo(Math.log(1 + 2 * far), 6);
    expect(loss(simcse(vectors, { temperature: 0.5, candidates: 'both' }), identity)).toBeCloseTo(
      Math.log(1 + 4 * far),
      6,
    );
  });
  it('collapsed sentences: ln N, among both ln(2N − 1)', () => {
    expect(loss(simcse(vectors), alike)).toBeCloseTo(Math.log(3), 5);
    expect(loss(simcse(vectors, { candidates: 'both' }), alike)).toBeCloseTo(Math.log(5), 5);
  });
  it('supervised: positives equal, hard negatives equal and weighted', () => {
    const of = (hardNegativeWeight: number) =>
      supervisedSimcse<Tensor, undefined, Tensor>((_p, x) => x, {
        anchors: () => identity,
        positives: () => identity,
        hardNegatives: () => identity,
        temperature: 0.5,
        hardNegativeWeight,
      })(identity, undefined, undefined).loss;
    // Own positive and negative at cosine 1, two of each at 0: −ln(e²/(e² + 2 + e^{2 + w} + 2)).
    const expected = (w: number) => -2 + Math.log(Math.exp(2) + 4 + Math.exp(2 + w));
    for (const w of [0, 1.5]) expect(evaluate(engine, of(w)).values[0]).toBeCloseTo(expected(w), 5);
  });
});

it('a zero vector is at cosine 0, with finite slopes', () => {
  const zero = constant([0, 0, 1, 2], [2, 2]);
  const cosines = cosineSimilarities(zero, constant([1, 0], [1, 2]));
  const { values, slopes } = evaluate(engine, { values: cosines, slopes: gradients(sum(cosines), zero) });
  expect(values.values[0]).toBe(0);
  expect([...slopes.values].every(Number.isFinite)).toBe(true);
});
it('a vector of any length has its own cosine', () => {
  const tiny = constant([3e-6, 4e-6, 1e-7, 0], [2, 2]);
  const { values } = evaluate(engine, cosineSimilarities(tiny, constant([3, 4], [1, 2])));
  expect(values[0]).toBeCloseTo(1, 5);
  expect(values[1]).toBeCloseTo(0.6, 5);
});
it('alignment is the mean cosine of partners', () => {
  let call = 0;
  const sides = (x: Tensor) => (call++ % 2 === 0 ? x : constant([1, 0, 1, 1, 0, 1, 1, 1, 1], [3, 3]));
  const part = (of: ReturnType<typeof simcse<Tensor, undefined>>) =>
    evaluate(engine, of(identity, undefined, undefined).parts.alignment as Tensor).values[0] as number;
  // Cosines 1/√2, 0 and 1/√3 with the axes.
  const expected = (1 / Math.SQRT2 + 0 + 1 / Math.sqrt(3)) / 3;
  expect(part(simcse(sides))).toBeCloseTo(expected, 6);
  const pair = { anchors: () => undefined, positives: () => undefined };
  expect(part(supervisedSimcse<Tensor, undefined, undefined>(sides, pair) as never)).toBeCloseTo(expected, 6);
});
describe('supervised, joined', () => {
  interface Rows {
    readonly x: Tensor;
  }
  const kind = (seed: number): Rows => ({
    x: constant(
      [0, 1, 2, 3, 4, 5].map((i) => Math.sin(seed + 7 * i)),
      [3, 2],
    ),
  });
  const kinds = { anchors: () => kind(1), positives: () => kind(2), hardNegatives: () => kind(3) };
  it('gives what three calls give, without dropout', () => {
    let calls = 0;
    const model = (_p: undefined, { x }: Rows) => {
      calls++;
      return x;
    };
    const run = (arrangement: 'separate' | 'concatenated') =>
      evaluate(
        engine,
        supervisedSimcse<undefined, undefined, Rows>(model, { ...kinds, arrangement })(
          undefined,
          undefined,
          undefined,
        ) as never,
      );
    const apart = run('separate');
    expect(calls).toBe(3);
    expect(run('concatenated')).toEqual(apart);
    expect(calls).toBe(4);
  });
  it('names tensors that some of them lack', () => {
    const model = (_p: undefined, { x }: Rows) => x;
    const anchors = () => ({ ...kind(1), labels: constant([1, 2, 3]) });
    const joined = supervisedSimcse<undefined, undefined, Rows>(model, {
      ...kinds,
      anchors,
      arrangement: 'concatenated',
    });
    expect(() => joined(undefined, undefined, undefined)).toThrow('not all of them have labels');
  });
});
it('refuses a temperature that is not positive', () => {
  expect(() => simcse(vectors, { temperature: 0 })).toThrow('temperature must be > 0, got 0');
});
