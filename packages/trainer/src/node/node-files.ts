import { createHash } from 'node:crypto';
import * as promises from 'node:fs/promises';
import { type Files, partsOf } from '../checkpoints/files.ts';
import { cannotFlushFolders } from './cannot-flush-folders.ts';
import { lockFolder } from './lock-folder.ts';

/** The functions of `node:fs/promises` that are used; tests pass some that fail. */
export type FileOperations = Pick<
  typeof promises,
  'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'rm' | 'stat' | 'statfs'
>;

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** A file of any size. @throws where it is shorter than it said */
async function readInPieces(path: string, { open, stat }: FileOperations): Promise<Uint8Array> {
  const { size } = await stat(path);
  const bytes = new Uint8Array(size);
  const file = await open(path, 'r');
  try {
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(1 << 30, size - at), at);
      if (bytesRead === 0) throw new Error(`${path} ends at ${at} of ${size} bytes`);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
  return bytes;
}

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
      try {
        const { buffer, byteOffset, byteLength } = await readFile(path);
        return new Uint8Array(buffer, byteOffset, byteLength);
      } catch (error) {
        // Node reads no more than 2 GiB at once: moments of a large model are more.
        if ((error as NodeJS.ErrnoException).code !== 'ERR_FS_FILE_TOO_LARGE') throw error;
        return readInPieces(path, operations);
      }
    },
    size: async (path) => (await stat(path)).size,
    write: async (path, content) => {
      const file = await open(path, 'wx');
      try {
        for (const part of partsOf(content)) await file.writeFile(part);
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
    sha256: (content) => {
      const hash = createHash('sha256');
      for (const part of partsOf(content)) hash.update(part);
      return hash.digest('hex');
    },
    lock: (folder) => lockFolder(folder, operations),
  };
}
