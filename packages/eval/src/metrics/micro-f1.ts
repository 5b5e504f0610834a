import { classScores } from './class-scores.ts';

/**
 * `2·ΣTP / (2·ΣTP + ΣFP + ΣFN)` over classes. Over all classes it equals accuracy; name fewer (without "other", say) to differ.
 *
 * @param classes those that count, default those that occur
 * @throws {TypeError} for strings beside numbers, or what is neither @throws {RangeError} for lists of different or zero length
 */
export function microF1<C extends number | string>(
  predictions: ArrayLike<C>,
  labels: ArrayLike<C>,
  classes?: readonly C[],
): number {
  let [right, wrong] = [0, 0];
  for (const { truePositives, falsePositives, falseNegatives } of classScores(predictions, labels, classes)) {
    right += 2 * truePositives;
    wrong += falsePositives + falseNegatives;
  }
  return right + wrong === 0 ? 0 : right / (right + wrong);
}
