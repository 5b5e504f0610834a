import { allFinite } from '../checks/all-finite.ts';
import type { Gaussian } from './fit-gaussian.ts';

/** Differences of the means. @throws {RangeError} for distributions of different width */
export function meanDifference(where: string, p: Gaussian, q: Gaussian): Float64Array {
  if (p.mean.length !== q.mean.length)
    throw new RangeError(`${where}: the distributions have ${p.mean.length} and ${q.mean.length} dimensions.`);
  allFinite(where, 'mean of p', p.mean);
  allFinite(where, 'mean of q', q.mean);
  return p.mean.map((value, i) => value - (q.mean[i] as number));
}
