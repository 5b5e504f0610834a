import { allFinite } from '../checks/all-finite.ts';
import { meanAndSd } from './mean-and-sd.ts';

/** Where the spread of a paired difference comes from, as variances of one row, of one seed, and of one row under one seed. */
export interface DifferenceSpread {
  readonly rows: number;
  /** null for one seed, which does not show it. */
  readonly seeds: number | null;
  /** What neither the row nor the seed explains; with one seed it is part of `rows`. */
  readonly both: number;
}

/** How many rows a difference is judged on, and how many trainings of each side there are. */
export interface DifferenceDesign {
  readonly rows: number;
  readonly seeds: number;
}

/**
 * Parts of the spread of differences `d[seed][row]`, by the mean squares of a two-way table without repetition (Searle, Casella and McCulloch 1992,
 * chapter 4): `rows = (MS_rows − MS_both)/seeds`, `seeds = (MS_seeds − MS_both)/rows`, `both = MS_both`, each at least 0.
 *
 * @param differences one list a seed, the same rows in the same order
 * @throws {RangeError} for no seed, fewer than two rows, lists of different length, or numbers that are not finite
 */
export function differenceSpread(differences: readonly ArrayLike<number>[]): DifferenceSpread {
  const [first] = differences;
  const [n, s] = [first?.length ?? 0, differences.length];
  if (n < 2) throw new RangeError(`differenceSpread: expected at least one seed with two rows, got ${s} with ${n}.`);
  for (const [seed, list] of differences.entries()) {
    if (list.length !== n)
      throw new RangeError(
        `differenceSpread: seed ${seed} has ${list.length} rows, the first ${n}; rows must be the same.`,
      );
    allFinite('differenceSpread', `differences of seed ${seed}`, list);
  }
  const ofSeeds = differences.map((list) => meanAndSd(list).mean);
  const ofRows = Float64Array.from({ length: n }, (_, row) => {
    let sum = 0;
    for (const list of differences) sum += list[row] as number;
    return sum / s;
  });
  const byRows = meanAndSd(ofRows);
  const meanSquareOfRows = s * byRows.sd ** 2;
  if (s === 1) return { rows: meanSquareOfRows, seeds: null, both: 0 };
  let squares = 0;
  for (const [seed, list] of differences.entries())
    for (let row = 0; row < n; row++)
      squares += ((list[row] as number) - (ofRows[row] as number) - (ofSeeds[seed] as number) + byRows.mean) ** 2;
  const both = squares / ((n - 1) * (s - 1));
  return {
    rows: Math.max(0, meanSquareOfRows - both) / s,
    seeds: Math.max(0, n * meanAndSd(ofSeeds).sd ** 2 - both) / n,
    both,
  };
}
