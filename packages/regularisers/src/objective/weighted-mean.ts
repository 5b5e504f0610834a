import { divide, greater, mean, multiply, sum, type Tensor, where } from '@cloze/backend';

/**
 * The mean of rows or tokens by weight, `Σ w·x / Σ w`; 0 without any weight; the plain mean without weights.
 *
 * @param values any shape @param weights float32 of the same shape, such as a mask of target tokens
 * @throws {RangeError} when the shapes differ
 */
export function weightedMean(values: Tensor, weights?: Tensor): Tensor {
  if (!weights) return mean(values);
  if (weights.shape.join() !== values.shape.join())
    throw new RangeError(`weightedMean: weights are [${weights.shape}], values [${values.shape}].`);
  const total = sum(weights);
  return divide(sum(multiply(values, weights)), where(greater(total, 0), total, 1));
}
