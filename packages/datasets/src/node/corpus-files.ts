import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TableError } from '../tables/table.ts';

/** One shard: rows of tokens without the special ones around them. */
export interface ShardEntry {
  readonly rows: number;
  readonly tokens: number;
  /** Documents read up to its end, so that an interrupted making goes on behind it. */
  readonly documents: number;
}

/** `corpus.json` of a corpus's folder. */
export interface CorpusManifest {
  readonly format: 1;
  /** SHA-256 of the files, the tokenizer and the settings. */
  readonly identity: string;
  readonly idBits: 16 | 20;
  readonly words: 'none' | 'jieba' | 'tokenizer';
  /** Special tokens before and behind the tokens of each row. */
  readonly before: readonly number[];
  readonly behind: readonly number[];
  readonly shards: readonly ShardEntry[];
  readonly isComplete: boolean;
}

/** Writes beside its place first, so that an interrupted run leaves the old file or the new one. */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.partial`, content);
  renameSync(`${path}.partial`, path);
}

export const shardPath = (folder: string, shard: number): string =>
  join(folder, `${String(shard).padStart(5, '0')}.shard`);

/** The manifest of a folder, or undefined where there is none. @throws {TableError} for one that cannot be read */
export function readManifest(folder: string): CorpusManifest | undefined {
  const path = join(folder, 'corpus.json');
  if (!existsSync(path)) return undefined;
  try {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as CorpusManifest;
    if (manifest.format !== 1) throw new Error(`format ${String(manifest.format)} is not known`);
    return manifest;
  } catch (error) {
    throw new TableError(path, [
      {
        row: 0,
        problem: `is no corpus.json of this version: ${(error as Error).message}; remove the folder to make it anew`,
      },
    ]);
  }
}

export function writeManifest(folder: string, manifest: CorpusManifest): void {
  mkdirSync(folder, { recursive: true });
  writeAtomically(join(folder, 'corpus.json'), `${JSON.stringify(manifest)}\n`);
}
