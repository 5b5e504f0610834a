/** One shard: rows of tokens without the special ones around them. */
export interface ShardEntry {
  readonly rows: number;
  readonly tokens: number;
  /** Documents read up to its end, so that an interrupted making goes on behind it. */
  readonly documents: number;
}

/** What a corpus in shards says of itself; `corpus.json` of a folder. */
export interface CorpusManifest {
  readonly format: 1;
  /** SHA-256 of the texts, the tokenizer and the settings. */
  readonly identity: string;
  readonly idBits: 16 | 20;
  readonly words: 'none' | 'jieba' | 'tokenizer';
  /** Special tokens before and behind the tokens of each row. */
  readonly before: readonly number[];
  readonly behind: readonly number[];
  readonly shards: readonly ShardEntry[];
  readonly isComplete: boolean;
}

/** A shard that is read. */
export interface ShardBytes {
  /** @throws {Error} where the shard is shorter */
  read(offset: number, size: number): Uint8Array;
  close(): void;
}

/** Where shards lie: a folder, or memory. */
export interface ShardStore {
  /** Writes a shard whole. */
  write(shard: number, bytes: Uint8Array): void;
  open(shard: number): ShardBytes;
  /** Says what there is. */
  note(manifest: CorpusManifest): void;
}

/** Shards in memory. */
export function memoryStore(): ShardStore {
  const shards = new Map<number, Uint8Array>();
  return {
    write: (shard, bytes) => void shards.set(shard, bytes),
    open: (shard) => {
      const bytes = shards.get(shard) ?? new Uint8Array(0);
      return { read: (offset, size) => bytes.slice(offset, offset + size), close: () => {} };
    },
    note: () => {},
  };
}
