import { add, bounded, constant, gatherRows, reshape, subtract, type Tensor, transpose } from '@cloze/backend';
import type { EncoderConfig } from '../config/encoder-config.ts';

/** Distances from which on all are one (T5, MPNet). */
const farthest = 128;

/**
 * The bucket of a distance d = query − key (T5, Raffel et al. 2020): half of the n buckets for keys behind, half for those before; of a half h the first
 * h/2 are a distance each, the others `h/2 + ⌊ln(|d| / (h/2)) / ln(128 / (h/2)) · h/2⌋`, at most h − 1.
 */
export function biasBucket(distance: number, buckets: number): number {
  const half = Math.floor(buckets / 2);
  const exact = Math.floor(half / 2);
  const first = distance < 0 ? half : 0;
  const size = Math.abs(distance);
  if (size < exact) return first + size;
  // Step by step in float32, as PyTorch rounds.
  const share = Math.fround(Math.fround(Math.log(Math.fround(size / exact))) / Math.fround(Math.log(farthest / exact)));
  return first + Math.min(exact + Math.trunc(Math.fround(share * (half - exact))), half - 1);
}

/**
 * What is added to every layer's scores for the distance of query and key, one number for each head and bucket.
 *
 * @param table `[buckets, heads]` @param positionIds int32 `[batch, length]`, each in 0..maximumLength − 1, one outside makes its row NaN; default 0, 1, 2, …
 * @returns `[1 or batch, heads, length, length]`
 */
export function distanceBias(
  table: Tensor,
  length: number,
  positionIds: Tensor | undefined,
  { maximumLength }: Pick<EncoderConfig, 'maximumLength'>,
): Tensor {
  const buckets = table.shape[0] as number;
  const placed = (rows: Tensor) => transpose(rows, [0, 3, 1, 2]);
  if (!positionIds) {
    const pairs = Array.from({ length: length * length }, (_, pair) =>
      biasBucket(Math.floor(pair / length) - (pair % length), buckets),
    );
    return placed(gatherRows(table, constant(pairs, [1, length, length], 'int32'), { within: true }));
  }
  const [batch] = positionIds.shape as [number];
  const { places, poison } = bounded(positionIds, maximumLength, 'attend');
  const apart = subtract(reshape(places, [batch, length, 1]), reshape(places, [batch, 1, length]));
  const ofDistance = Array.from({ length: 2 * maximumLength - 1 }, (_, i) =>
    biasBucket(i - maximumLength + 1, buckets),
  );
  const byDistance = gatherRows(table, constant(ofDistance, [2 * maximumLength - 1], 'int32'), { within: true });
  const rows = gatherRows(byDistance, add(apart, maximumLength - 1), { within: true });
  return add(placed(rows), reshape(poison, [batch, 1, length, 1]));
}
