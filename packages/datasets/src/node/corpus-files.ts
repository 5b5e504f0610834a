import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CorpusManifest, ShardStore } from '../corpus/shard-store.ts';
import { TableError } from '../tables/table.ts';

/** Writes beside its place first, so that an interrupted run leaves the old file or the new one. */
function writeAtomically(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.partial`, content);
  renameSync(`${path}.partial`, path);
}

const shardPath = (folder: string, shard: number): string => join(folder, `${String(shard).padStart(5, '0')}.shard`);

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

/** Shards as files of a folder, with `corpus.json` beside them. */
export const folderStore = (folder: string): ShardStore => ({
  write: (shard, bytes) => writeAtomically(shardPath(folder, shard), bytes),
  note: (manifest) => writeManifest(folder, manifest),
  open: (shard) => {
    const file = openSync(shardPath(folder, shard), 'r');
    return {
      read: (offset, size) => {
        const bytes = new Uint8Array(size);
        for (let done = 0; done < size; ) {
          const got = readSync(file, bytes, done, size - done, offset + done);
          if (got === 0)
            throw new Error(
              `a shard in ${folder} is shorter than corpus.json says; remove the folder to make it anew.`,
            );
          done += got;
        }
        return bytes;
      },
      close: () => closeSync(file),
    };
  },
});
