import { checkOptions } from '@cloze/checks';
import { allFinite } from '../checks/all-finite.ts';
import { percentileInterval } from './percentile-interval.ts';
import type { RandomStream } from './random-stream.ts';
import { resample } from './resample.ts';
import { bootstrapRules } from './resampling-rules.ts';

/** How the resampling is done. */
export interface BootstrapOptions {
  /** Share of the interval, between 0 and 1, default 0.95. */
  readonly level?: number;
  /** Resamples, a whole number from 1, default 2000. */
  readonly samples?: number;
  readonly random: RandomStream;
}

/**
 * Percentile bootstrap interval over examples (Efron 1979), of a mean or of any statistic of the examples.
 *
 * @param values one number an example, such as 1 for right and 0 for wrong; or, with `statistic`, one row an example
 * @param options.statistic of resampled rows, such as `(rows) => macroF1(rows.map((r) => r.said), rows.map((r) => r.meant))`; default the mean
 * @throws {RangeError} for fewer than two values, values or a statistic that are not finite, and options out of their range
 */
export function bootstrapInterval<Row>(
  values: ArrayLike<Row>,
  options: BootstrapOptions & { readonly statistic: (rows: readonly Row[]) => number },
): { readonly low: number; readonly high: number };
export function bootstrapInterval(
  values: ArrayLike<number>,
  options: BootstrapOptions,
): { readonly low: number; readonly high: number };
export function bootstrapInterval<Row>(
  values: ArrayLike<Row>,
  options: BootstrapOptions & { readonly statistic?: (rows: readonly Row[]) => number },
): { readonly low: number; readonly high: number } {
  checkOptions('bootstrapInterval', options, bootstrapRules);
  const { level = 0.95, samples = 2000, random, statistic } = options;
  if (!statistic) allFinite('bootstrapInterval', 'values', values as ArrayLike<number>);
  const mean = (rows: Uint32Array) => {
    let total = 0;
    for (const row of rows) total += values[row] as number;
    return total / rows.length;
  };
  const chosen = (rows: Uint32Array) => Array.from(rows, (row) => values[row] as Row);
  return percentileInterval(
    resample('bootstrapInterval', values.length, samples, random, statistic ? (rows) => statistic(chosen(rows)) : mean),
    level,
  );
}
