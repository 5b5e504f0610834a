import type { EncoderConfig } from '../config/encoder-config.ts';

/** Buckets of distances to a side: the table of distances has twice as many rows. */
export const distanceSpan = ({ distanceBuckets = 0, longestDistance, maximumLength }: EncoderConfig): number =>
  distanceBuckets || (longestDistance ?? maximumLength);

/**
 * The bucket of a distance d (DeBERTa, He et al. 2021): d up to half of the buckets m, beyond it `sign(d)·(m + ⌈ln(|d|/m) / ln((D − 1)/m) · (m − 1)⌉)`,
 * D the longest distance; without buckets d itself.
 *
 * Rounded to float32 step by step, as PyTorch does: where the quotient is a whole number a last bit decides.
 *
 * @returns a whole number of the sign of d, below or above the table's span where d is far: whoever looks it up cuts it there
 */
export function distanceBucket(
  distance: number,
  { distanceBuckets = 0, longestDistance, maximumLength }: EncoderConfig,
): number {
  const middle = Math.floor(distanceBuckets / 2);
  const size = Math.abs(distance);
  if (distanceBuckets === 0 || size <= middle) return distance;
  const log = (of: number) => Math.fround(Math.log(Math.fround(of / middle)));
  const share = Math.fround(log(size) / log((longestDistance ?? maximumLength) - 1));
  return Math.sign(distance) * (Math.ceil(Math.fround(share * (middle - 1))) + middle);
}
