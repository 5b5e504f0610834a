import { allFinite } from '../checks/all-finite.ts';
import { sameLength } from '../checks/same-length.ts';
import { averageRanks } from './average-ranks.ts';
import { pearsonCorrelation } from './pearson-correlation.ts';

/**
 * Spearman correlation: Pearson's of the ranks, ties at their average rank; −1 to 1, NaN when either list is constant, as in SciPy.
 *
 * @throws {RangeError} for lists of different or zero length, or numbers that are not finite
 */
export function spearmanCorrelation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  sameLength('spearmanCorrelation', ['x', x], ['y', y]);
  allFinite('spearmanCorrelation', 'x', x);
  allFinite('spearmanCorrelation', 'y', y);
  return pearsonCorrelation(averageRanks(x), averageRanks(y));
}
