import { checkOptions } from '@cloze/checks';
import { studentLimit } from '../distributions/student-limit.ts';
import { studentTail } from '../distributions/student-tail.ts';
import { meanAndSd } from './mean-and-sd.ts';
import { levelRule } from './resampling-rules.ts';

/**
 * Welch's t test of two systems over seeds that are not paired, two-sided (Welch 1947).
 *
 * @returns the difference of means a − b, its interval, t, the approximate degrees of freedom and p
 * @throws {RangeError} for fewer than two values on a side, numbers that are not finite, or a level outside of 0 to 1
 */
export function welchT(
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
  checkOptions('welchT', options, { level: levelRule });
  const { level = 0.95 } = options;
  if (a.length < 2 || b.length < 2)
    throw new RangeError(`welchT: expected at least two values on each side, got ${a.length} and ${b.length}.`);
  const [first, second] = [meanAndSd(a), meanAndSd(b)];
  const [u, v] = [first.sd ** 2 / first.n, second.sd ** 2 / second.n];
  const difference = first.mean - second.mean;
  const error = Math.sqrt(u + v);
  // Two lists without spread: the formula of Welch's degrees would be 0/0.
  const freedom =
    error === 0 ? first.n + second.n - 2 : (u + v) ** 2 / (u ** 2 / (first.n - 1) + v ** 2 / (second.n - 1));
  const half = studentLimit(level, freedom) * error;
  const t = difference === 0 ? 0 : difference / error;
  return { difference, low: difference - half, high: difference + half, t, freedom, p: studentTail(t, freedom) };
}
