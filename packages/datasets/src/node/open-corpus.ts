import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { anything, checkOptions, either, needed, oneOf, text, whole } from '@cloze/checks';
import { type NativeTokenizer, padEncodings } from '@cloze/tokenizer';
import { type CorpusState, corpusOrder } from '../corpus/corpus-order.ts';
import type { CorpusBatch } from '../corpus/masked.ts';
import { idBitsFor } from '../corpus/shard-bytes.ts';
import type { TableFormat } from '../tables/read-table.ts';
import { TableError } from '../tables/table.ts';
import { chunkText } from '../text/chunk-text.ts';
import { encodeWithWords } from '../text/encode-with-words.ts';
import { wellFormed } from '../text/well-formed.ts';
import { type CorpusManifest, readManifest, writeManifest } from './corpus-files.ts';
import { corpusIdentity } from './corpus-identity.ts';
import { expandPaths } from './expand-paths.ts';
import { makeShards } from './make-shards.ts';
import { shardReader } from './shard-reader.ts';
import { streamTexts } from './stream-texts.ts';

/** How a corpus is cut and where it lies. */
export interface CorpusOptions {
  /** Opened without `maximumLength`: the corpus cuts rows itself. */
  readonly tokenizer: NativeTokenizer;
  readonly padId: number;
  /** Tokens a row, special ones included. */
  readonly length: number;
  /** Where the shards go; only this corpus's. */
  readonly folder: string;
  /** Default what each file's name tells. */
  readonly format?: TableFormat;
  /** Column of tables that holds the text, default `text`. */
  readonly column?: string;
  /** Keep word boundaries, for whole-word masking: jieba's, or the tokenizer's own. Default none. */
  readonly words?: 'jieba' | 'tokenizer';
  /** Every n-th document is left out: held-out text, see `heldOutTexts`. Default none. */
  readonly leaveOutEvery?: number;
  /** Tokens of a shard, default 2¹⁹. */
  readonly shardTokens?: number;
  /** Another corpus in the folder: `refuse` it, or make it `anew`. Default `refuse`. */
  readonly otherwise?: 'refuse' | 'anew';
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

/**
 * Opens text files as a corpus: tokenised once into shards on disk, while the first batches are read already.
 *
 * Shards are made as they are asked for, a window ahead of what is read; `complete` asks for all. An id takes 2 bytes (2½ above 65,536 tokens), a row 2 more, a word boundary a bit. Shards are written whole; an interrupted making goes on behind
 * the last. Memory holds a shard's tokens while it is made, and row lengths of the shards that are read: no row, however large the files.
 *
 * @param paths paths and globs, `.gz` or not
 * @throws {TableError} for files that are not there or empty, and for another corpus in the folder
 * @throws {RangeError} (when rows are made) for a tokenizer that cuts texts
 */
export async function openCorpus(paths: string | readonly string[], options: CorpusOptions): Promise<Corpus> {
  checkOptions('openCorpus', options, {
    tokenizer: needed(anything),
    padId: needed(whole(0)),
    length: needed(whole(1)),
    folder: needed(text),
    format: anything,
    column: text,
    words: oneOf(['jieba', 'tokenizer']),
    leaveOutEvery: whole(0),
    shardTokens: whole(1),
    otherwise: oneOf(['refuse', 'anew']),
  });

  const { tokenizer, padId, length, folder, format, column, words = 'none', leaveOutEvery, otherwise } = options;
  const { shardTokens = 1 << 19 } = options;
  if (!(Number.isInteger(length) && length >= 3 && length <= 65_535))
    throw new RangeError(`openCorpus: length must be a whole number from 3 to 65535, got ${length}.`);
  const files = expandPaths(paths);
  const settings = { length, format, column, words, leaveOutEvery, shardTokens, version: 1 };
  const identity = await corpusIdentity(files, tokenizer, settings);
  let manifest: CorpusManifest = {
    format: 1 as const,
    identity,
    idBits: idBitsFor(tokenizer.size),
    words,
    before: [],
    behind: [],
    shards: [],
    isComplete: false,
  };
  const there = readManifest(folder);
  if (there && there.identity !== identity) {
    if (otherwise !== 'anew')
      throw new TableError(folder, [
        {
          row: 0,
          problem:
            'holds a corpus of other files, another tokenizer or other settings; give another folder, or remove it',
        },
      ]);
    for (const name of readdirSync(folder))
      if (/^(\d{5}\.shard|corpus\.json)(\.partial)?$/.test(name)) rmSync(join(folder, name));
  } else if (there) manifest = there;
  if (!existsSync(join(folder, 'corpus.json'))) writeManifest(folder, manifest);

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
        `openCorpus: the tokenizer has a maximumLength and leaves tokens out of longer texts, of which a corpus loses none: open it without; rows are cut at ${length} here.`,
      );
    return encodings;
  };
  const making = manifest.isComplete
    ? Promise.resolve()
    : makeShards(manifest, {
        folder,
        encode,
        length,
        shardTokens,
        ...(leaveOutEvery !== undefined && { leaveOutEvery }),
        documents: streamTexts(files, { ...(format && { format }), ...(column !== undefined && { column }) }),
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
      if (stopped) throw new Error('openCorpus: the corpus was closed.');
      await new Promise<void>((resolve) => wake.push(resolve));
    }
  };
  const want = (shards: number) => {
    wantedShards = Math.max(wantedShards, shards);
    changed();
  };
  const reader = shardReader(folder, () => manifest);
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
    identity,
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

/** Documents that a corpus with the same `leaveOutEvery` leaves out, up to `most`. */
export async function* heldOutTexts(
  paths: string | readonly string[],
  asked: { readonly every: number; readonly most?: number; readonly format?: TableFormat; readonly column?: string },
): AsyncGenerator<string> {
  checkOptions('heldOutTexts', asked, {
    every: needed(whole(1)),
    most: either(whole(0), oneOf([Number.POSITIVE_INFINITY])),
    format: anything,
    column: text,
  });
  const { every, most = Number.POSITIVE_INFINITY, ...options } = asked;

  let number = 0;
  let given = 0;
  for await (const text of streamTexts(paths, options)) {
    if (++number % every !== 0) continue;
    yield text;
    if (++given >= most) return;
  }
}
