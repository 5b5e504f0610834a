import { constant, type Engine, evaluate, fill, gradients, referenceEngine, type Tensor } from '@cloze/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AttentionDiversityOptions, attentionDiversity, type Objective } from '../index.ts';

let engine: Engine;
beforeAll(async () => {
  engine = referenceEngine();
});
/** Parameters are the attention weights themselves; the batch is which tokens are real. */
type Output = { readonly attention?: readonly Tensor[] };
const plain: Objective<Tensor, Tensor, Output> = (weights) => ({
  loss: fill([], 0),
  parts: {},
  output: { attention: [weights] },
});
type Options = Partial<AttentionDiversityOptions<Tensor, Output>>;
const run = (weights: Tensor, attend: number[], options: Options = {}) =>
  attentionDiversity(plain, { attend: (b) => b, weight: 1, sign: 'punish', ...options })(
    weights,
    constant(attend, [1, attend.length], 'bool'),
    undefined,
  ).loss;
const value = (loss: Tensor) => evaluate(engine, loss).values[0] as number;
const identity = constant([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 1, 3, 3]);

describe('attention diversity', () => {
  it('of the identity is √((1/n)(1 − 1/n)), with n − 1 for n it is √(1/n); its spread is 0', () => {
    expect(value(run(identity, [1, 1, 1]))).toBeCloseTo(Math.sqrt((1 / 3) * (2 / 3)), 6);
    expect(value(run(identity, [1, 1, 1], { correction: 1 }))).toBeCloseTo(Math.sqrt(1 / 3), 6);
    expect(value(run(identity, [1, 1, 1], { of: 'spread' }))).toBeLessThan(2e-6);
  });
  it('has a sign: rewarded it lowers the loss by as much as it raises it when punished', () => {
    expect(value(run(identity, [1, 1, 1], { sign: 'reward' }))).toBe(-value(run(identity, [1, 1, 1])));
  });
  it('at uniform attention is 0 with a slope of 0, not NaN', () => {
    const uniform = fill([1, 1, 3, 3], 1 / 3);
    for (const of of ['mean', 'spread'] as const) {
      const loss = run(uniform, [1, 1, 1], { of });
      const { minimum, slope } = evaluate(engine, { minimum: loss, slope: gradients(loss, uniform) });
      expect(minimum.values[0]).toBeLessThan(2e-6);
      for (const v of slope.values) expect(Math.abs(v)).toBeLessThan(1e-3);
    }
  });
  it('pads count neither as queries nor as keys', () => {
    const small = constant([0.9, 0.1, 0.3, 0.7], [1, 1, 2, 2]);
    const padded = constant([0.9, 0.1, 7, 0.3, 0.7, -2, 5, 4, 3], [1, 1, 3, 3]);
    for (const of of ['mean', 'spread'] as const) {
      expect(value(run(padded, [1, 1, 0], { of }))).toBeCloseTo(value(run(small, [1, 1], { of })), 6);
      const slope = evaluate(engine, gradients(run(padded, [1, 1, 0], { of }), padded)).values;
      expect([2, 5, 6, 7, 8].map((i) => Math.abs(slope[i] as number))).toEqual([0, 0, 0, 0, 0]);
    }
  });
  it('a row without real tokens counts 0; several layers are averaged', () => {
    expect(value(run(identity, [0, 0, 0]))).toBe(0);
    const two = value(
      run(identity, [1, 1, 1], {
        attention: ({ attention = [] }) => [...attention, fill([1, 1, 3, 3], 1 / 3)],
      }),
    );
    expect(two).toBeCloseTo(value(run(identity, [1, 1, 1])) / 2, 5);
  });
  it('an objective without output is an error that says what to do', () => {
    const blind: Objective<Tensor, Tensor, Output> = () => ({ loss: fill([], 0), parts: {} });
    const blinded = attentionDiversity(blind, { attend: (b) => b, weight: 1, sign: 'reward' });
    expect(() => blinded(identity, identity, undefined)).toThrow('build it with objectiveOf(model, loss)');
    const silent: Objective<Tensor, Tensor, Output> = () => ({ loss: fill([], 0), parts: {}, output: {} });
    expect(() => attentionDiversity(silent, { weight: 1, sign: 'reward' })(identity, identity, undefined)).toThrow(
      "the model's output holds no 'attention'",
    );
  });
});
