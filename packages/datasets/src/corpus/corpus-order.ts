import { anything, checkOptions, listOf, needed, whole } from '@cloze/checks';
import { permutation, streamFrom } from '@cloze/random';

/** Where a stream of batches stands: plain data, for a checkpoint. */
export interface CorpusState {
  /** Batches given so far. */
  readonly step: number;
  readonly epoch: number;
  /** Window of shards that is being read, and rows taken of its order. */
  readonly window: number;
  readonly taken: number;
  /** Rows that wait for their batch to fill: by bucket, each with its epoch. */
  readonly waiting: Readonly<Record<string, readonly (readonly [row: number, epoch: number])[]>>;
}

/** One batch to be read: rows by number, and the epoch each was taken in. */
export interface BatchOfRows {
  readonly length: number;
  readonly rows: readonly (readonly [row: number, epoch: number])[];
  readonly state: CorpusState;
}

/** What the order needs to know of shards; both wait until it can be told. */
export interface ShardTable {
  /** Number of shards once at least `wanted` are there, or all that there will ever be. */
  countAtLeast(wanted: number): Promise<number>;
  /** Number of the shard's first row. */
  firstRow(shard: number): number;
  /** Tokens of each of its rows, special ones included. */
  lengths(shard: number): ArrayLike<number>;
}

const start: CorpusState = { step: 0, epoch: 0, window: 0, taken: 0, waiting: {} };

/**
 * The order in which a corpus is read, endless: which rows each batch holds.
 *
 * Shards of an epoch are taken `window` at a time and the rows of a window in random order (a Fisher-Yates shuffle by `(seed, epoch, window)`).
 * Epoch 0 takes shards as they stand, so that it can begin while later ones are still being made; every other in an order of its own, by
 * `(seed, epoch)`. A row goes to the smallest bucket that holds it and a batch leaves when `size` rows wait in one; what waits at the end of
 * an epoch waits on. Memory holds a window's order and what waits.
 *
 * @throws {RangeError} for a corpus without rows, or a row longer than the largest bucket
 */
export async function* corpusOrder(
  shards: ShardTable,
  options: {
    readonly size: number;
    readonly seed: number;
    readonly buckets: readonly number[];
    readonly window: number;
    readonly from?: CorpusState;
  },
): AsyncGenerator<BatchOfRows> {
  checkOptions('corpusOrder', options, {
    size: needed(whole(1)),
    seed: needed(whole()),
    buckets: needed(listOf(whole(1), 1)),
    window: needed(whole(1)),
    from: anything,
  });
  const { size, seed, buckets, window: shardsAtOnce, from = start } = options;

  const random = streamFrom(seed).fork('corpus');
  let { step, epoch, window, taken } = from;
  const waiting = new Map(buckets.map((length) => [length, [...(from.waiting[length] ?? [])]]));
  const state = (): CorpusState => ({
    step,
    epoch,
    window,
    taken,
    waiting: Object.fromEntries(
      [...waiting].filter(([, rows]) => rows.length > 0).map(([length, rows]) => [length, [...rows]]),
    ),
  });
  for (;;) {
    const first = window * shardsAtOnce;
    // Later epochs shuffle all shards, so they need them all.
    const count = await shards.countAtLeast(epoch === 0 ? first + shardsAtOnce : Number.POSITIVE_INFINITY);
    if (count === 0) throw new RangeError('corpusOrder: the corpus has no rows.');
    if (first >= count) {
      [epoch, window, taken] = [epoch + 1, 0, 0];
      continue;
    }
    const inOrder = epoch === 0 ? undefined : permutation(random.fork('shards', epoch), count);
    const chosen = Array.from({ length: Math.min(count, first + shardsAtOnce) - first }, (_, i) =>
      inOrder ? (inOrder[first + i] as number) : first + i,
    );
    const lengths = chosen.map((shard) => shards.lengths(shard));
    const before: number[] = [0];
    for (const one of lengths) before.push((before.at(-1) as number) + one.length);
    const order = permutation(random.fork('rows', epoch, window), before.at(-1) as number);
    while (taken < order.length) {
      const place = order[taken++] as number;
      let i = 0;
      while ((before[i + 1] as number) <= place) i++;
      const local = place - (before[i] as number);
      const row = shards.firstRow(chosen[i] as number) + local;
      const tokens = lengths[i]?.[local] as number;
      const length = buckets.find((bucket) => bucket >= tokens);
      if (length === undefined)
        throw new RangeError(`corpusOrder: row ${row} has ${tokens} tokens, the largest bucket is ${buckets.at(-1)}.`);
      const held = waiting.get(length) as (readonly [number, number])[];
      held.push([row, epoch]);
      if (held.length < size) continue;
      waiting.set(length, []);
      step++;
      yield { length, rows: held, state: state() };
    }
    [window, taken] = [window + 1, 0];
  }
}
