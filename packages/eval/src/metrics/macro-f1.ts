import { classScores } from './class-scores.ts';

/**
 * Mean over classes of `F1 = 2·TP / (2·TP + FP + FN)`; a class with neither label nor prediction counts as 0, as in scikit-learn.
 *
 * @param classes all class names, default those that occur
 * @throws {TypeError} for strings beside numbers, or what is neither @throws {RangeError} for lists of different or zero length
 */
export function macroF1<C extends number | string>(
  predictions: ArrayLike<C>,
  labels: ArrayLike<C>,
  classes?: readonly C[],
): number {
  const scores = classScores(predictions, labels, classes);
  return scores.reduce((sum, { f1 }) => sum + f1, 0) / scores.length;
}
