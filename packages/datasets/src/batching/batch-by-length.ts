import { asStream, callable, checkOptions, flag, listOf, needed, type Rules, whole } from '@cloze/checks';

/** Rows of nearly one length. */
export interface LengthBatch<T> {
  /** The bucket: no item is longer. */
  readonly length: number;
  readonly items: readonly T[];
}

/** How a stream is cut into batches. */
export interface BatchByLengthOptions<T> {
  /** Tokens of an item. */
  readonly lengthOf: (item: T) => number;
  /** Lengths that rows are padded to, whole numbers from 1, for example `[32, 64, 128]`. */
  readonly buckets: readonly number[];
  /** Padded tokens a batch: no batch has more. A whole number, at least the largest bucket. */
  readonly tokens: number;
  /** Rows of a full batch are a multiple of it where that many fit into `tokens`, a whole number from 1, default 1. */
  readonly multiple?: number;
  /** Whether what is left at the end is left out, default false. */
  readonly dropLast?: boolean;
}

const rules: Rules<BatchByLengthOptions<never>> = {
  lengthOf: needed(callable),
  buckets: needed(listOf(whole(1), 1)),
  tokens: needed(whole(1)),
  multiple: whole(1),
  dropLast: flag,
};

/**
 * Sorts a stream into length buckets and gives a batch whenever one is full, so that few shapes occur and little is padding.
 *
 * Every batch of a bucket has the same number of items: `tokens / bucket`, rounded down to `multiple` where that leaves any. Memory holds less than a batch a
 * bucket. What is left at the end comes as smaller batches, or not at all with `dropLast`.
 *
 * @throws {RangeError} (on the first item asked for) naming every option that does not fit, a bucket longer than a batch, and an item that is longer than the largest bucket or whose length is no whole number
 */
export async function* batchByLength<T>(
  items: AsyncIterable<T> | Iterable<T>,
  options: BatchByLengthOptions<T>,
): AsyncGenerator<LengthBatch<T>> {
  asStream('batchByLength', items);
  checkOptions('batchByLength', options, rules);
  const { lengthOf, buckets, tokens, multiple = 1, dropLast = false } = options;
  const sorted = [...buckets].sort((a, b) => a - b);
  const largest = sorted.at(-1) ?? 0;
  if (largest > tokens)
    throw new RangeError(`batchByLength: the largest bucket is ${largest}; it must fit into tokens, got ${tokens}.`);
  const rowsOf = (length: number) => {
    const fit = Math.floor(tokens / length);
    // The limit is firm, the multiple is not: where fewer rows fit than one multiple, those that fit are taken.
    return fit < multiple ? fit : fit - (fit % multiple);
  };
  const held = new Map<number, T[]>(sorted.map((length) => [length, []]));
  for await (const item of items) {
    const size = lengthOf(item);
    if (!(Number.isInteger(size) && size >= 0))
      throw new RangeError(`batchByLength: lengthOf must give a whole number from 0, got ${size}.`);
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
