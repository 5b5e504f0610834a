import { anything, checkOptions, listOf, needed, whole } from '@cloze/checks';
import { permutation } from '@cloze/random';
import { checkNumbers } from './check-numbers.ts';

/** One batch: which examples, and the length their rows are padded to. */
export interface BatchPlan {
  readonly rows: Int32Array;
  readonly length: number;
}

/**
 * The bucket of a length: the smallest that holds it, else the largest.
 *
 * @param buckets whole numbers, ascending
 * @throws {RangeError} for a length that is none, no buckets, and a bucket that is no whole number
 */
export function bucketOf(length: number, buckets: readonly number[]): number {
  checkNumbers('bucketOf', buckets);
  const found = buckets.find((bucket) => bucket >= length) ?? buckets.at(-1);
  if (Number.isInteger(length) && length >= 0 && found !== undefined && Number.isInteger(found)) return found;
  throw new RangeError(
    `bucketOf: expected a whole number of tokens and buckets of whole numbers, at least one, got ${length} and [${buckets.slice(0, 20)}].`,
  );
}

/**
 * An epoch in batches of rows of similar length, in random order: few shapes, little padding.
 *
 * What does not fill a batch of its bucket goes to the next longer one; what is left at the end waits for another epoch. The number of
 * batches is the same in every epoch.
 *
 * @param lengths of the examples @param options.buckets ascending, none below the longest example at the end @param options.random the epoch's own stream
 * @throws {RangeError} for buckets that do not ascend, an example longer than the largest, and none at all
 */
export function bucketedBatches(
  lengths: ArrayLike<number>,
  options: { readonly rows: number; readonly buckets: readonly number[]; readonly random: { next(): number } },
): BatchPlan[] {
  checkOptions('bucketedBatches', options, {
    rows: needed(whole(1)),
    buckets: needed(listOf(whole(1), 1)),
    random: needed(anything),
  });
  const { rows, buckets, random } = options;

  checkNumbers('bucketedBatches', lengths);
  if (lengths.length === 0) throw new RangeError('bucketedBatches: expected at least one example, got none.');
  if (buckets.some((length, i) => i > 0 && length <= (buckets[i - 1] as number)))
    throw new RangeError(`bucketedBatches: buckets must ascend, got ${buckets.join(', ')}.`);
  const longest = buckets.at(-1) as number;
  for (let i = 0; i < lengths.length; i++)
    if (!((lengths[i] as number) <= longest))
      throw new RangeError(`bucketedBatches: example ${i} has ${lengths[i]} tokens, the largest bucket ${longest}.`);
  const order = permutation(random, lengths.length);
  const batches: BatchPlan[] = [];
  const inBucket = new Map<number, number[]>(buckets.map((length) => [length, []]));
  for (const i of order) inBucket.get(bucketOf(lengths[i] as number, buckets))?.push(i);
  let waiting: number[] = [];
  for (const length of buckets) {
    for (const i of inBucket.get(length) as number[]) waiting.push(i);
    let from = 0;
    for (; waiting.length - from >= rows; from += rows)
      batches.push({ rows: Int32Array.from(waiting.slice(from, from + rows)), length });
    waiting = waiting.slice(from);
  }
  // Fewer examples than a batch: they are repeated, so that there is one.
  if (batches.length === 0) {
    const length = bucketOf(
      waiting.reduce((most, i) => Math.max(most, lengths[i] as number), 0),
      buckets,
    );
    batches.push({ rows: Int32Array.from({ length: rows }, (_, i) => waiting[i % waiting.length] as number), length });
  }
  return Array.from(permutation(random, batches.length), (i) => batches[i] as BatchPlan);
}
