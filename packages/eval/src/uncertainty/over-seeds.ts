import { checkOptions } from '@cloze/checks';
import { allFinite } from '../checks/all-finite.ts';
import { studentLimit } from '../distributions/student-limit.ts';
import { studentTail } from '../distributions/student-tail.ts';
import type { BootstrapOptions } from './bootstrap-interval.ts';
import { freedomOf, leastFound } from './detectable-difference.ts';
import { meanAndSd } from './mean-and-sd.ts';
import { percentileInterval } from './percentile-interval.ts';
import { resample } from './resample.ts';
import { bootstrapRules } from './resampling-rules.ts';

/** Seeds from which on the spread between trainings enters an interval. */
const seedsNeeded = 3;

/** A figure of trainings that differ by their seed, judged on the same rows. */
export interface FigureOverSeeds {
  /** Mean over seeds of the statistic over rows. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Rows. */
  readonly n: number;
  readonly seeds: number;
  /** Sample standard deviation between seeds; null for one seed. */
  readonly sd: number | null;
  /** Whether the interval covers what another seed would give: from three seeds on. */
  readonly seedsCovered: boolean;
}

/** The difference of two trainings over the same seeds and rows. */
export interface DifferenceOverSeeds {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
  /** The least true difference that such a comparison finds at this level with a power of 0.8. */
  readonly detectable: number;
  readonly n: number;
  readonly seeds: number;
  readonly seedsCovered: boolean;
}

/** How a figure is made of rows. */
export interface OverSeedsOptions<Row> extends BootstrapOptions {
  /** Of resampled rows of one training, such as macro-F1; default the mean. */
  readonly statistic?: (rows: readonly Row[]) => number;
}

function checked<Row>(where: string, runs: readonly (readonly Row[])[], options: OverSeedsOptions<Row>): number {
  checkOptions(where, options, bootstrapRules);
  const [first] = runs;
  if (!first || first.length === 0)
    throw new RangeError(`${where}: expected at least one seed with one row, got none.`);
  const odd = runs.findIndex((rows) => rows.length !== first.length);
  if (odd >= 0)
    throw new RangeError(
      `${where}: seed ${odd} has ${runs[odd]?.length} rows, the first ${first.length}; rows must be the same.`,
    );
  return first.length;
}

/** A statistic of the rows chosen of one training; their mean, which is asked for thousands of times, without a list of them. */
function statisticOf<Row>(
  rows: readonly Row[],
  chosen: Uint32Array,
  statistic: ((rows: readonly Row[]) => number) | undefined,
): number {
  if (statistic) return statistic(Array.from(chosen, (row) => rows[row] as Row));
  let sum = 0;
  for (let i = 0; i < chosen.length; i++) sum += Number(rows[chosen[i] as number]);
  return sum / chosen.length;
}

/** Mean over seeds of a function of the rows chosen, its spread over resampled rows and over seeds. */
function spreads(
  where: string,
  { rows, seeds, of }: { rows: number; seeds: number; of: (seed: number, chosen: Uint32Array) => number },
  { level = 0.95, samples = 2000, random }: BootstrapOptions,
) {
  const all = Uint32Array.from({ length: rows }, (_, i) => i);
  const values = Array.from({ length: seeds }, (_, seed) => of(seed, all));
  allFinite(where, 'figures', values);
  // One row has no spread of its own: what is resampled of it is itself.
  const { mean: value, sd } = meanAndSd(values);
  const ofSeeds = (chosen: Uint32Array) => {
    let total = 0;
    for (let seed = 0; seed < seeds; seed++) total += of(seed, chosen);
    return total / seeds;
  };
  const resampled = rows === 1 ? Float64Array.of(value, value) : resample(where, rows, samples, random, ofSeeds);
  const overRows = meanAndSd(resampled).sd ** 2;
  const seedsCovered = seeds >= seedsNeeded;
  const overSeeds = seedsCovered ? sd ** 2 / seeds : 0;
  const error = Math.sqrt(overRows + overSeeds);
  const freedom = freedomOf(overRows, overSeeds, { rows, seeds });
  return {
    value,
    sd: seeds > 1 ? sd : null,
    error,
    freedom,
    resampled,
    seedsCovered,
    limit: studentLimit(level, freedom),
  };
}

/**
 * A figure and its interval, over rows and, from three seeds on, over seeds: `value ± t·√(rows' variance + sd²/seeds)`.
 *
 * Rows' variance is that of a bootstrap in which all seeds see the same resampled rows; below three seeds the interval is that
 * bootstrap's percentiles, and `seedsCovered` is false.
 *
 * @param runs one list of rows a seed, the same rows in the same order
 * @throws {RangeError} for no seed, no row, lists of different length, or a figure that is not finite
 */
export function figureOverSeeds<Row>(
  runs: readonly (readonly Row[])[],
  { statistic, ...options }: OverSeedsOptions<Row>,
): FigureOverSeeds {
  const { level = 0.95 } = options;
  const n = checked('figureOverSeeds', runs, options);
  const of = (seed: number, chosen: Uint32Array) => statisticOf(runs[seed] as readonly Row[], chosen, statistic);
  const { value, sd, error, limit, resampled, seedsCovered } = spreads(
    'figureOverSeeds',
    { rows: n, seeds: runs.length, of },
    options,
  );
  const bounds = seedsCovered
    ? { low: value - limit * error, high: value + limit * error }
    : percentileInterval(resampled, level);
  return { value, ...bounds, n, seeds: runs.length, sd, seedsCovered };
}

/**
 * First minus second on the same seeds and rows, with interval, two-sided p and the least difference it could have found.
 *
 * `t = difference / √(rows' variance + sd²/seeds)` of the paired differences, degrees of freedom by Welch and Satterthwaite. Below three
 * seeds the spread between seeds is unknown: `seedsCovered` is false, and p speaks of these trainings on other rows only. Where all n rows differ
 * alike there is no spread, and p is 2/2ⁿ, the least of a permutation test.
 *
 * @throws {RangeError} for different numbers of seeds or rows, none of them, or a figure that is not finite
 */
export function differenceOverSeeds<Row>(
  first: readonly (readonly Row[])[],
  second: readonly (readonly Row[])[],
  { statistic, ...options }: OverSeedsOptions<Row>,
): DifferenceOverSeeds {
  const n = checked('differenceOverSeeds', first, options);
  const others = checked('differenceOverSeeds', second, options);
  if (first.length !== second.length || n !== others)
    throw new RangeError(
      `differenceOverSeeds: ${first.length} seeds of ${n} rows against ${second.length} seeds of ${others} rows; both must be judged on the same.`,
    );
  const of = (seed: number, chosen: Uint32Array) =>
    statisticOf(first[seed] as readonly Row[], chosen, statistic) -
    statisticOf(second[seed] as readonly Row[], chosen, statistic);
  const {
    value: difference,
    error,
    freedom,
    limit,
    seedsCovered,
  } = spreads('differenceOverSeeds', { rows: n, seeds: first.length, of }, options);
  // Without any spread t would be infinite and p 0, of however few rows; what swapping the rows of both can give at least is 2/2ⁿ.
  const p = error === 0 ? (difference === 0 ? 1 : 2 ** (1 - n)) : studentTail(difference / error, freedom);
  return {
    difference,
    low: difference - limit * error,
    high: difference + limit * error,
    p,
    detectable: leastFound(limit, error, error),
    n,
    seeds: first.length,
    seedsCovered,
  };
}
