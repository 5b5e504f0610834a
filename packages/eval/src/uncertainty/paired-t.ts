import { checkOptions } from '@cloze/checks';
import { sameLength } from '../checks/same-length.ts';
import { studentTail } from '../distributions/student-tail.ts';
import { meanInterval } from './mean-interval.ts';
import { levelRule } from './resampling-rules.ts';

/**
 * Student's t test of paired values, two-sided: two systems over the same seeds (Student 1908). With few seeds it can find what rank and
 * permutation tests cannot, at the price of assuming normal differences.
 *
 * @returns the mean difference a − b, its interval, t, degrees of freedom and p; p is 1 when no pair differs, 0 when all differ alike
 * @throws {RangeError} for lists of different length or fewer than two pairs
 */
export function pairedT(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: { readonly level?: number } = {},
): {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly t: number;
  readonly freedom: number;
  readonly p: number;
} {
  checkOptions('pairedT', options, { level: levelRule });
  sameLength('pairedT', ['values of a', a], ['of b', b]);
  const { n, mean, sd, low, high } = meanInterval(
    Float64Array.from(a, (value, i) => value - (b[i] as number)),
    options,
  );
  const t = mean === 0 ? 0 : mean / (sd / Math.sqrt(n));
  return { difference: mean, low, high, t, freedom: n - 1, p: studentTail(t, n - 1) };
}
