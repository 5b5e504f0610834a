import { checkOptions } from '@cloze/checks';
import { allFinite } from '../checks/all-finite.ts';
import { sameLength } from '../checks/same-length.ts';
import type { BootstrapOptions } from './bootstrap-interval.ts';
import { finiteFigure } from './finite-figure.ts';
import { percentileInterval } from './percentile-interval.ts';
import { resample } from './resample.ts';
import { bootstrapRules } from './resampling-rules.ts';

/** A − B on the same examples, its interval, and how often chance alone would make it as large. */
export interface PairedDifference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
}

/**
 * Paired bootstrap of two systems on the same examples (Efron 1979; Koehn 2004; two-sided, centred as in Berg-Kirkpatrick et al. 2012):
 * `p = (1 + #{|δ* − δ| ≥ |δ|}) / (1 + samples)` for the difference δ and its resamples δ*.
 *
 * @param a one number an example, or one row an example with `statistic` @param b the same examples, the other system
 * @param options.statistic of resampled rows, such as corpus BLEU; default the mean
 * @throws {RangeError} for lists of different length or fewer than two examples, values or a statistic that are not finite, and options out of their range
 */
export function pairedBootstrap<Row>(
  a: ArrayLike<Row>,
  b: ArrayLike<Row>,
  options: BootstrapOptions & { readonly statistic: (rows: readonly Row[]) => number },
): PairedDifference;
export function pairedBootstrap(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BootstrapOptions,
): PairedDifference;
export function pairedBootstrap<Row>(
  a: ArrayLike<Row>,
  b: ArrayLike<Row>,
  options: BootstrapOptions & { readonly statistic?: (rows: readonly Row[]) => number },
): PairedDifference {
  checkOptions('pairedBootstrap', options, bootstrapRules);
  const { level = 0.95, samples = 2000, random, statistic } = options;
  sameLength('pairedBootstrap', ['values of a', a], ['of b', b]);
  if (!statistic)
    for (const [name, list] of [
      ['a', a],
      ['b', b],
    ] as const)
      allFinite('pairedBootstrap', name, list as ArrayLike<number>);
  const pick = (rows: Uint32Array, list: ArrayLike<Row>) => Array.from(rows, (row) => list[row] as Row);
  const differenceOf = (rows: Uint32Array) => {
    if (statistic) return statistic(pick(rows, a)) - statistic(pick(rows, b));
    let total = 0;
    for (const row of rows) total += (a[row] as number) - (b[row] as number);
    return total / rows.length;
  };
  const all = Uint32Array.from({ length: a.length }, (_, i) => i);
  const difference = finiteFigure('pairedBootstrap', 'the difference', differenceOf(all));
  const resampled = resample('pairedBootstrap', a.length, samples, random, differenceOf);
  // Sums in another order differ in their last bits; equal must count as equal.
  const least = Math.abs(difference) * (1 - 1e-12);
  const extreme = resampled.reduce((n, value) => n + (Math.abs(value - difference) >= least ? 1 : 0), 0);
  return { difference, ...percentileInterval(resampled, level), p: (1 + extreme) / (1 + samples) };
}
