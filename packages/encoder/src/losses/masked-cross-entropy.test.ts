import { constant, evaluate, fill, gradients, referenceEngine, type Tensor } from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { ignoredTarget, maskedCrossEntropy } from '../index.ts';

const engine = referenceEngine();
const logits = constant([2, 0, -1, 0, 1, 0, 3, 1, 0], [1, 3, 3]);
const of = (targets: readonly number[], weights: readonly number[]) => {
  // Fed, not a constant: what is only known in a run.
  const asked: Tensor = constant(targets, [1, 3], 'int32');
  const { loss, correct, count } = maskedCrossEntropy(logits, asked, constant(weights, [1, 3]));
  return evaluate(engine, { loss, correct, count, slope: gradients(loss, logits) });
};

describe('maskedCrossEntropy', () => {
  it('leaves −100 out of the sum and of what it is divided by, as torch does with ignore_index', () => {
    const [ignored, empty] = [of([0, ignoredTarget, 2], [1, 1, 1]), of([0, 0, 2], [1, 0, 1])];
    expect(ignored).toEqual(empty);
    expect(ignored.count.values).toEqual(Float32Array.of(2));
    expect([...ignored.slope.values.slice(3, 6)]).toEqual([0, 0, 0]);
  });
  it('is 0 where every target is −100, not NaN', () => {
    expect(of([-100, -100, -100], [1, 1, 1]).loss.values[0]).toBe(0);
  });
  it.each([-1, 3, -99, 2 ** 31 - 1])('is NaN for a target of %d, which is none', (target) => {
    expect(of([0, target, 2], [1, 1, 1]).loss.values[0]).toBeNaN();
  });
  it('divides by what it is told to, where that is not the sum of the weights', () => {
    const asked = constant([0, 1, 2], [1, 3], 'int32');
    const weights = constant([2, 0.5, 0], [1, 3]);
    const { mean, over } = evaluate(engine, {
      mean: maskedCrossEntropy(logits, asked, weights).loss,
      over: maskedCrossEntropy(logits, asked, weights, fill([], 10)).loss,
    });
    expect((over.values[0] as number) / (mean.values[0] as number)).toBeCloseTo(2.5 / 10, 6);
  });
});
