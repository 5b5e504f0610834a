/** Rows of nearly one length. */
export interface LengthBatch<T> {
  /** The bucket: no item is longer. */
  readonly length: number;
  readonly items: readonly T[];
}

/**
 * Sorts a stream into length buckets and gives a batch whenever one is full, so that few shapes occur and little is padding.
 *
 * Every batch of a bucket has the same number of items: `tokens / bucket`, rounded down to `multiple`, at least one. Memory holds less
 * than a batch a bucket. What is left at the end comes as smaller batches, or not at all with `dropLast`.
 *
 * @param options.lengthOf tokens of an item @param options.buckets lengths that rows are padded to, for example `[32, 64, 128]`
 * @param options.tokens padded tokens a batch @param options.multiple default 1 @param options.dropLast default false
 * @throws {RangeError} for an item longer than the largest bucket, or a bucket longer than a batch
 */
export async function* batchByLength<T>(
  items: AsyncIterable<T> | Iterable<T>,
  {
    lengthOf,
    buckets,
    tokens,
    multiple = 1,
    dropLast = false,
  }: {
    readonly lengthOf: (item: T) => number;
    readonly buckets: readonly number[];
    readonly tokens: number;
    readonly multiple?: number;
    readonly dropLast?: boolean;
  },
): AsyncGenerator<LengthBatch<T>> {
  const sorted = [...buckets].sort((a, b) => a - b);
  const largest = sorted.at(-1) ?? 0;
  if (largest < 1 || largest > tokens)
    throw new RangeError(
      `batchByLength: the largest bucket is ${largest}; it must hold a token and fit into ${tokens}.`,
    );
  const rowsOf = (length: number) => Math.max(multiple, Math.floor(Math.floor(tokens / length) / multiple) * multiple);
  const held = new Map<number, T[]>(sorted.map((length) => [length, []]));
  for await (const item of items) {
    const size = lengthOf(item);
    const length = sorted.find((bucket) => bucket >= size);
    if (length === undefined)
      throw new RangeError(`batchByLength: an item of ${size} tokens is longer than the largest bucket, ${largest}.`);
    const bucket = held.get(length) as T[];
    bucket.push(item);
    if (bucket.length < rowsOf(length)) continue;
    held.set(length, []);
    yield { length, items: bucket };
  }
  if (dropLast) return;
  for (const [length, rest] of held) if (rest.length > 0) yield { length, items: rest };
}
