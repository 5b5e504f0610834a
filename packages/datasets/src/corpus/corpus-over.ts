import { type NativeTokenizer, padEncodings } from '@cloze/tokenizer';
import { chunkText } from '../text/chunk-text.ts';
import { encodeWithWords } from '../text/encode-with-words.ts';
import { wellFormed } from '../text/well-formed.ts';
import { type CorpusState, corpusOrder } from './corpus-order.ts';
import { makeShards } from './make-shards.ts';
import type { CorpusBatch } from './masked.ts';
import { idBitsFor } from './shard-bytes.ts';
import { shardReader } from './shard-reader.ts';
import type { CorpusManifest, ShardStore } from './shard-store.ts';

/** How texts are cut into rows. */
export interface RowsOptions {
  /** Opened without `maximumLength`: the corpus cuts rows itself. */
  readonly tokenizer: NativeTokenizer;
  readonly padId: number;
  /** Tokens a row, special ones included. */
  readonly length: number;
  /** Keep word boundaries, for whole-word masking: jieba's, or the tokenizer's own. Default none. */
  readonly words?: 'jieba' | 'tokenizer';
  /** Every n-th document is left out: held-out text, see `heldOutTexts`. Default none. */
  readonly leaveOutEvery?: number;
  /** Tokens of a shard, default 2¹⁹. */
  readonly shardTokens?: number;
}

/** What there is of a corpus. */
export interface CorpusSize {
  readonly shards: number;
  readonly rows: number;
  /** Without the special tokens around rows. */
  readonly tokens: number;
  readonly documents: number;
}

/** Which batches are wanted. */
export interface BatchesOptions {
  /** Rows a batch. */
  readonly size: number;
  /** The order follows from it. */
  readonly seed: number;
  /** Lengths that rows are padded to, ascending; the last is at least the corpus's length. Default the eighth, quarter, half and whole of it. */
  readonly buckets?: readonly number[];
  /** Shards whose rows are shuffled together, default 4. */
  readonly window?: number;
  /** Go on behind a state, or behind a step (which is found again by going through the order without reading). Default the beginning. */
  readonly from?: CorpusState | number;
}

/** A corpus in shards on disk. */
export interface Corpus {
  /** SHA-256 of files, tokenizer and settings. */
  readonly identity: string;
  readonly words: 'none' | 'jieba' | 'tokenizer';
  /** Endless batches, over epochs; waits where the next shard is still being made. */
  batches(options: BatchesOptions): AsyncGenerator<readonly [step: number, batch: CorpusBatch, state: CorpusState]>;
  /** What there is so far. */
  size(): CorpusSize;
  /** Waits until all is tokenised. @throws what tokenising met */
  complete(): Promise<CorpusSize>;
  /** Stops tokenising, which goes on with the next opening, and closes files. */
  close(): Promise<void>;
}

/** Tokens of a shard where nothing is said. */
export const defaultShardTokens = 1 << 19;

/** @throws {RangeError} for rows shorter or longer than a shard holds */
export function checkRowLength(where: string, length: number): void {
  if (!(Number.isInteger(length) && length >= 3 && length <= 65_535))
    throw new RangeError(`${where}: length must be a whole number from 3 to 65535, got ${length}.`);
}

/** A corpus of which nothing is made yet. */
export function freshManifest(identity: string, options: Pick<RowsOptions, 'tokenizer' | 'words'>): CorpusManifest {
  const { tokenizer, words = 'none' } = options;
  return {
    ...{ format: 1, identity, idBits: idBitsFor(tokenizer.size), words },
    ...{ before: [], behind: [], shards: [], isComplete: false },
  };
}

/**
 * A corpus over documents and a store: shards are made as they are asked for, a window ahead of what is read, and go on behind what the manifest has.
 *
 * @param where begins messages
 */
export function corpusOver(
  where: string,
  given: CorpusManifest,
  { store, documents }: { readonly store: ShardStore; readonly documents: AsyncIterable<string> },
  options: RowsOptions,
): Corpus {
  const { tokenizer, padId, length, words = 'none', leaveOutEvery, shardTokens = defaultShardTokens } = options;
  let manifest = given;
  let stopped = false;
  let failure: unknown;
  /** Shards that somebody waits for or soon will: more are not made, for making takes processor time from training. */
  let wantedShards = 0;
  const wake: (() => void)[] = [];
  const changed = () => {
    for (const one of wake.splice(0)) one();
  };
  const encode = async (texts: readonly string[]) => {
    const encodings = await (words === 'jieba'
      ? encodeWithWords(tokenizer, texts)
      : tokenizer.encodeBatch(texts.map(wellFormed)));
    const cut = encodings.some(({ cut: left }) => left?.some((count) => count > 0));
    if (cut)
      throw new RangeError(
        `${where}: the tokenizer has a maximumLength and leaves tokens out of longer texts, of which a corpus loses none: open it without; rows are cut at ${length} here.`,
      );
    return encodings;
  };
  const making = manifest.isComplete
    ? Promise.resolve()
    : makeShards(manifest, {
        store,
        encode,
        length,
        shardTokens,
        ...(leaveOutEvery !== undefined && { leaveOutEvery }),
        documents,
        pieces: chunkText,
        tokenOf: (id) => tokenizer.tokenOf(id),
        onShard: (now) => {
          manifest = now;
          changed();
        },
        untilWanted: async () => {
          while (!stopped && manifest.shards.length >= wantedShards)
            await new Promise<void>((resolve) => wake.push(resolve));
        },
        isStopped: () => stopped,
      }).then(
        () => changed(),
        (error: unknown) => {
          failure = error;
          changed();
        },
      );
  const until = async (isSo: () => boolean) => {
    for (;;) {
      if (failure !== undefined) throw failure;
      if (isSo()) return;
      if (stopped) throw new Error(`${where}: the corpus was closed.`);
      await new Promise<void>((resolve) => wake.push(resolve));
    }
  };
  const want = (shards: number) => {
    wantedShards = Math.max(wantedShards, shards);
    changed();
  };
  const reader = shardReader(store, () => manifest);
  const first: number[] = [0];
  const firstRow = (shard: number): number => {
    for (let i = first.length; i <= shard; i++)
      first.push((first[i - 1] as number) + (manifest.shards[i - 1] as { rows: number }).rows);
    return first[shard] as number;
  };
  const shardOf = (row: number): number => {
    firstRow(manifest.shards.length);
    let [low, high] = [0, manifest.shards.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((first[middle] as number) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  const around = () => manifest.before.length + manifest.behind.length;
  const sizeNow = (): CorpusSize => ({
    shards: manifest.shards.length,
    rows: manifest.shards.reduce((sum, { rows }) => sum + rows, 0),
    tokens: manifest.shards.reduce((sum, { tokens }) => sum + tokens, 0),
    documents: manifest.shards.at(-1)?.documents ?? 0,
  });
  const { specialIds } = tokenizer;
  const batchOf = (bucket: number, rows: readonly (readonly [row: number, epoch: number])[]): CorpusBatch => {
    const { before, behind } = manifest;
    const encodings = rows.map(([row]) => {
      const shard = shardOf(row);
      const { ids: own, wordNumbers } = reader.row(shard, row - firstRow(shard));
      const size = own.length + around();
      const special = new Uint8Array(size).fill(1).fill(0, before.length, before.length + own.length);
      const ids = new Int32Array(size);
      ids.set(before);
      ids.set(own, before.length);
      ids.set(behind, before.length + own.length);
      const numbers = new Int32Array(size).fill(-1);
      numbers.set(wordNumbers, before.length);
      const spells = own.some((id) => specialIds.has(id));
      const written = spells && ids.map((id, place) => (special[place] === 0 && specialIds.has(id) ? 1 : 0));
      return {
        ids,
        segments: new Int32Array(size),
        special,
        wordNumbers: numbers,
        ...(written && { written: Uint8Array.from(written) }),
      };
    });
    return {
      ...padEncodings(encodings, { padId, buckets: [bucket] }),
      examples: Int32Array.from(rows, ([row]) => row),
      epochs: Int32Array.from(rows, ([, epoch]) => epoch),
    };
  };
  const eighth = (share: number) => Math.ceil((length * share) / 8);
  return {
    identity: manifest.identity,
    words,
    size: sizeNow,
    batches: async function* ({ size, seed, buckets = [1, 2, 4, 8].map(eighth), window = 4, from }) {
      if (!(Number.isInteger(size) && size > 0 && Number.isInteger(window) && window > 0))
        throw new RangeError(`batches: size and window must be positive whole numbers, got ${size} and ${window}.`);
      const order = corpusOrder(
        {
          countAtLeast: async (wanted) => {
            // The window after it is made meanwhile.
            want(wanted + window);
            await until(() => manifest.isComplete || manifest.shards.length >= wanted);
            return manifest.shards.length;
          },
          firstRow,
          lengths: (shard) => reader.lengths(shard).map((tokens) => tokens + around()),
        },
        { size, seed, buckets, window, ...(typeof from === 'object' && { from }) },
      );
      const skipped = typeof from === 'number' ? from : 0;
      for await (const { length: bucket, rows, state } of order)
        if (state.step > skipped) yield [state.step, batchOf(bucket, rows), state] as const;
    },
    complete: async () => {
      want(Number.POSITIVE_INFINITY);
      await until(() => manifest.isComplete);
      return sizeNow();
    },
    close: async () => {
      stopped = true;
      changed();
      await making;
      reader.close();
    },
  };
}
