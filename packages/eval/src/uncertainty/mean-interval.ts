import { studentLimit } from '../distributions/student-limit.ts';
import { meanAndSd } from './mean-and-sd.ts';

/**
 * Student's interval of a mean over seeds, `mean ± t · sd / √n`: for a handful of runs, where a bootstrap is too narrow.
 *
 * @param options.level share of such intervals that hold the true mean, default 0.95
 * @throws {RangeError} for fewer than two values
 */
export function meanInterval(
  values: ArrayLike<number>,
  { level = 0.95 }: { readonly level?: number } = {},
): { readonly n: number; readonly mean: number; readonly sd: number; readonly low: number; readonly high: number } {
  if (values.length < 2)
    throw new RangeError(`meanInterval: expected at least two values, got ${values.length}; run more seeds.`);
  if (!(level > 0 && level < 1)) throw new RangeError(`meanInterval: level must lie between 0 and 1; got ${level}.`);
  const { n, mean, sd } = meanAndSd(values);
  const half = (studentLimit(level, n - 1) * sd) / Math.sqrt(n);
  return { n, mean, sd, low: mean - half, high: mean + half };
}
