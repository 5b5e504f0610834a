import { checkOptions } from '@cloze/checks';
import { normalLimit } from '../distributions/normal-limit.ts';
import { levelRule } from './resampling-rules.ts';

/**
 * Wilson's score interval of a share of n examples, `(p + z²/2n ± z · √(p(1−p)/n + z²/4n²)) / (1 + z²/n)` (Wilson 1927): it has a width where all
 * examples are right, which a bootstrap has not, and draws nothing.
 *
 * @param share 0 to 1 @param n examples, a whole number from 1 @param options.level share of such intervals that hold the true one, default 0.95
 * @throws {RangeError} for a share, a number or a level out of its range
 */
export function wilsonInterval(
  share: number,
  n: number,
  options: { readonly level?: number } = {},
): { readonly low: number; readonly high: number } {
  checkOptions('wilsonInterval', options, { level: levelRule });
  if (!(share >= 0 && share <= 1))
    throw new RangeError(`wilsonInterval: share must lie between 0 and 1; got ${share}.`);
  if (!(Number.isSafeInteger(n) && n >= 1))
    throw new RangeError(`wilsonInterval: n must be a whole number from 1; got ${n}.`);
  const { level = 0.95 } = options;
  const square = normalLimit(level) ** 2 / n;
  const middle = (share + square / 2) / (1 + square);
  const half = Math.sqrt(square * (share * (1 - share) + square / 4)) / (1 + square);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
