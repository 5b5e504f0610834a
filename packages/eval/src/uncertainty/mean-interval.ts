import { checkOptions } from '@cloze/checks';
import { studentLimit } from '../distributions/student-limit.ts';
import { meanAndSd } from './mean-and-sd.ts';
import { levelRule } from './resampling-rules.ts';

/**
 * Student's interval of a mean over seeds, `mean ± t · sd / √n`: for a handful of runs, where a bootstrap is too narrow.
 *
 * @param options.level share of such intervals that hold the true mean, default 0.95
 * @throws {RangeError} for fewer than two values, numbers that are not finite, or a level outside of 0 to 1
 */
export function meanInterval(
  values: ArrayLike<number>,
  options: { readonly level?: number } = {},
): { readonly n: number; readonly mean: number; readonly sd: number; readonly low: number; readonly high: number } {
  checkOptions('meanInterval', options, { level: levelRule });
  const { level = 0.95 } = options;
  if (values.length < 2)
    throw new RangeError(`meanInterval: expected at least two values, got ${values.length}; run more seeds.`);
  const { n, mean, sd } = meanAndSd(values);
  const half = (studentLimit(level, n - 1) * sd) / Math.sqrt(n);
  return { n, mean, sd, low: mean - half, high: mean + half };
}
