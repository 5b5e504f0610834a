import { createHash } from 'node:crypto';
import * as promises from 'node:fs/promises';
import type { Files } from '../checkpoints/files.ts';
import { cannotFlushFolders } from './cannot-flush-folders.ts';
import { lockFolder } from './lock-folder.ts';

/** The functions of `node:fs/promises` that are used; tests pass some that fail. */
export type FileOperations = Pick<
  typeof promises,
  'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'rm' | 'stat' | 'statfs'
>;

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/**
 * The disk, through `node:fs`: what `openCheckpoints` asks for.
 *
 * @param operations default `node:fs/promises`
 */
export function nodeFiles(operations: FileOperations = promises): Files {
  const { mkdir, open, readdir, readFile, rename, rm, stat, statfs } = operations;
  return {
    list: async (folder) => {
      try {
        return await readdir(folder);
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    read: async (path) => {
      // A plain array: Buffer's own slice() shares memory, where every other typed array copies.
      const { buffer, byteOffset, byteLength } = await readFile(path);
      return new Uint8Array(buffer, byteOffset, byteLength);
    },
    size: async (path) => (await stat(path)).size,
    write: async (path, bytes) => {
      const file = await open(path, 'wx');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    },
    makeFolder: async (path) => {
      await mkdir(path, { recursive: true });
    },
    flushFolder: async (path) => {
      try {
        const folder = await open(path, 'r');
        try {
          await folder.sync();
        } finally {
          await folder.close();
        }
      } catch (error) {
        if (!cannotFlushFolders(error)) throw error;
      }
    },
    rename: (from, to) => rename(from, to),
    remove: (path) => rm(path, { recursive: true, force: true }),
    free: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    lock: (folder) => lockFolder(folder, operations),
  };
}
