import { allFinite } from '../checks/all-finite.ts';
import { sameLength } from '../checks/same-length.ts';
import { normalTail } from '../distributions/normal-tail.ts';
import { averageRanks } from '../metrics/average-ranks.ts';

/**
 * Wilcoxon's signed-rank test of paired values, two-sided (Wilcoxon 1945).
 *
 * Pairs without difference are left out. Up to 50 pairs p is exact, given the ties; above, the normal approximation with the tie correction
 * and no continuity correction, as SciPy's `method="approx"`.
 *
 * @returns `statistic`, the smaller sum of ranks; `pairs` that differ
 * @throws {RangeError} for lists of different or zero length, or numbers that are not finite
 */
export function wilcoxon(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { readonly statistic: number; readonly pairs: number; readonly p: number; readonly exact: boolean } {
  sameLength('wilcoxon', ['values of a', a], ['of b', b]);
  allFinite('wilcoxon', 'a', a);
  allFinite('wilcoxon', 'b', b);
  const differences = Array.from(a, (value, i) => value - (b[i] as number)).filter((difference) => difference !== 0);
  const n = differences.length;
  if (n === 0) return { statistic: 0, pairs: 0, p: 1, exact: true };
  const ranks = averageRanks(differences.map(Math.abs));
  let [above, below] = [0, 0];
  for (const [i, difference] of differences.entries()) {
    if (difference > 0) above += ranks[i] as number;
    else below += ranks[i] as number;
  }
  const statistic = Math.min(above, below);
  if (n <= 50) {
    // How many of the 2ⁿ choices of signs give each sum of positive ranks; doubled, since average ranks come in halves.
    const ways = new Float64Array(n * (n + 1) + 1);
    ways[0] = 1;
    for (const rank of ranks) {
      const step = Math.round(2 * rank);
      for (let sum = ways.length - 1; sum >= step; sum--) ways[sum]! += ways[sum - step] as number;
    }
    const tail = ways.subarray(0, Math.round(2 * statistic) + 1).reduce((total, count) => total + count, 0);
    return { statistic, pairs: n, p: Math.min(1, (2 * tail) / 2 ** n), exact: true };
  }
  const tied = new Map<number, number>();
  for (const rank of ranks) tied.set(rank, (tied.get(rank) ?? 0) + 1);
  const correction = [...tied.values()].reduce((sum, count) => sum + count ** 3 - count, 0) / 48;
  const sd = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - correction);
  return { statistic, pairs: n, p: normalTail((statistic - (n * (n + 1)) / 4) / sd), exact: false };
}
