import { constant, type Engine, evaluate, fill, multiply, referenceEngine, sum, type Tensor } from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { addTerm, fgm, gradientPenalty, type Objective, onPart, passesOf, rampUp, tableScope } from '../index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});
interface Batch {
  readonly weight: Tensor;
}
interface Parameters {
  readonly x: Tensor;
}
const total =
  (times: number, parts: string[] = []): Objective<Parameters, Batch> =>
  ({ x }) => ({
    loss: multiply(sum(x), times),
    parts: Object.fromEntries(parts.map((name) => [name, fill([], times)])),
  });
const parameters = { x: constant([1, 2]) };
const batch = { weight: fill([], 0.25) };
const run = (objective: Objective<Parameters, Batch>) =>
  evaluate(engine, (({ loss, parts }) => ({ loss, parts }))(objective(parameters, batch, undefined)));

describe('addTerm', () => {
  it('weighs by a number or from the batch; logs the term and its parts, unweighted', () => {
    const { loss, parts } = run(
      addTerm(addTerm(total(1), 'a', total(2, ['inner']), 0.5), 'b', total(4), (b) => b.weight),
    );
    expect(loss.values[0]).toBe(3 + 0.5 * 6 + 0.25 * 12);
    expect(Object.entries(parts).map(([name, v]) => [name, v.values[0]])).toEqual([
      ['a', 6],
      ['a/inner', 2],
      ['b', 12],
    ]);
  });
  it('a name that is taken is an error that lists the others', () => {
    const twice = addTerm(addTerm(total(1), 'a', total(2)), 'a', total(3));
    expect(() => run(twice)).toThrow("There is already a part 'a' (of a)");
  });
  it('weight 0 is the very same objective; a fed strength must be a scalar', () => {
    const plain = total(1);
    expect(addTerm(plain, 'a', total(2), 0)).toBe(plain);
    expect(() => run(addTerm(plain, 'a', total(2), () => constant([1, 2])))).toThrow(
      'must be a float32 scalar, got float32 [2]',
    );
  });
});

it('passes add up over nested regularisers', () => {
  const scope = tableScope('x');
  expect(passesOf(total(1))).toEqual({ forward: 1, backward: 1 });
  expect(passesOf(fgm(addTerm(total(1), 'a', total(1)), { scope }))).toEqual({ forward: 4, backward: 4 });
  expect(passesOf(onPart(gradientPenalty(total(1), { scope }), (b: { rows: Batch }) => b.rows))).toEqual({
    forward: 1,
    backward: 2,
  });
});

it('onPart shows an objective its part of the batch and nothing else', () => {
  const { loss } = onPart(
    addTerm(total(1), 'a', total(1), (b: Batch) => b.weight),
    (b: { rows: Batch }) => b.rows,
  )(parameters, { rows: batch }, undefined);
  expect(evaluate(engine, loss).values[0]).toBe(3.75);
});

it('rampUp grows from peak·e⁻⁵ to the peak', () => {
  expect(rampUp(0, { steps: 10, peak: 2 })).toBeCloseTo(2 * Math.exp(-5), 12);
  expect(rampUp(5, { steps: 10 })).toBeCloseTo(Math.exp(-1.25), 12);
  expect([10, 99].map((step) => rampUp(step, { steps: 10, peak: 2 }))).toEqual([2, 2]);
  expect(rampUp(4, { steps: 10, peak: 2, shape: 'linear' })).toBe(0.8);
  expect(rampUp(0, { steps: 0 })).toBe(1);
  expect(() => rampUp(-1, { steps: -2 })).toThrow('step must be ≥ 0, got -1; steps must be ≥ 0, got -2');
});
