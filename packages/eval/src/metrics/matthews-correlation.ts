import { classScores } from './class-scores.ts';

/**
 * Matthews correlation of predictions and labels, for two classes or more (Gorodkin 2004), −1 to 1:
 * `(c·n − Σ pₖ·tₖ) / √((n² − Σ pₖ²)·(n² − Σ tₖ²))` with c right answers of n, pₖ predictions and tₖ labels of class k.
 *
 * 0 when either side has one class only, as in scikit-learn.
 *
 * @throws {TypeError} for strings beside numbers, or what is neither @throws {RangeError} for lists of different or zero length
 */
export function matthewsCorrelation<C extends number | string>(
  predictions: ArrayLike<C>,
  labels: ArrayLike<C>,
): number {
  const scores = classScores(predictions, labels);
  const n = labels.length;
  let [right, product, said, meant] = [0, 0, 0, 0];
  for (const { truePositives, falsePositives, support } of scores) {
    const predicted = truePositives + falsePositives;
    right += truePositives;
    product += predicted * support;
    said += predicted ** 2;
    meant += support ** 2;
  }
  const scale = (n ** 2 - said) * (n ** 2 - meant);
  return scale === 0 ? 0 : (right * n - product) / Math.sqrt(scale);
}
