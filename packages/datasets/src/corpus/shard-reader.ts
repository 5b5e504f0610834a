import { idRange, unpackIds } from './shard-bytes.ts';
import type { CorpusManifest, ShardBytes, ShardStore } from './shard-store.ts';

/** A row as it lies in a shard. */
export interface StoredRow {
  readonly ids: Int32Array;
  /** Number of the word of each token, −1 where the corpus keeps none. */
  readonly wordNumbers: Int32Array;
}

interface OpenShard {
  readonly bytes: ShardBytes;
  readonly lengths: Uint16Array;
  /** First token of each row. */
  readonly offsets: Uint32Array;
}

/** Shards held open at once; a window's and some whose rows still wait. */
const openAtMost = 64;

/** Reads rows of shards by number; memory holds row lengths of at most 64 shards, rows are read when asked for. */
export function shardReader(store: ShardStore, manifest: () => CorpusManifest) {
  const open = new Map<number, OpenShard>();
  const shard = (number: number): OpenShard => {
    const known = open.get(number);
    if (known) {
      // The one used longest ago is the first of the map.
      open.delete(number);
      open.set(number, known);
      return known;
    }
    const bytes = store.open(number);
    const rows = (manifest().shards[number] as { rows: number }).rows;
    const lengths = new Uint16Array(bytes.read(0, 2 * rows).buffer);
    const offsets = new Uint32Array(rows);
    for (let row = 1; row < rows; row++) offsets[row] = (offsets[row - 1] as number) + (lengths[row - 1] as number);
    const made = { bytes, lengths, offsets };
    open.set(number, made);
    if (open.size > openAtMost) {
      const [oldest] = open.keys() as IterableIterator<number>;
      open.get(oldest as number)?.bytes.close();
      open.delete(oldest as number);
    }
    return made;
  };
  return {
    lengths: (number: number): Uint16Array => shard(number).lengths,
    row: (number: number, row: number): StoredRow => {
      const { bytes, lengths, offsets } = shard(number);
      const { idBits, words, shards } = manifest();
      const [from, count] = [offsets[row] as number, lengths[row] as number];
      const { tokens, rows } = shards[number] as { tokens: number; rows: number };
      const [offset, size] = idRange(from, count, idBits);
      const ids = unpackIds(bytes.read(2 * rows + offset, size), from, count, idBits);
      const wordNumbers = new Int32Array(count).fill(-1);
      if (words !== 'none') {
        const begin = 2 * rows + Math.ceil((tokens * idBits) / 8);
        const first = from >> 3;
        const bits = bytes.read(begin + first, ((from + count - 1) >> 3) - first + 1);
        let word = -1;
        for (let i = 0; i < count; i++) {
          const bit = from + i - 8 * first;
          if (i === 0 || ((bits[bit >> 3] as number) >> (bit & 7)) & 1) word++;
          wordNumbers[i] = word;
        }
      }
      return { ids, wordNumbers };
    },
    close: (): void => {
      for (const { bytes } of open.values()) bytes.close();
      open.clear();
    },
  };
}
