import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { cannotFlushFolders } from './cannot-flush-folders.ts';

/** The operating system's error with the file that was to be written: a failed `write` names none. */
function namingFile(error: unknown, path: string): unknown {
  if (error instanceof Error && 'code' in error && !('path' in error)) return Object.assign(error, { path });
  return error;
}

function flushFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if (!cannotFlushFolders(error)) throw error;
  }
}

/**
 * Writes a file whole or not at all, and returns only when content and name are on the disk: what it replaces may be removed then.
 *
 * @param path replaced where it is there; where writing fails (a full disk), it is left as it was and nothing lies beside it
 * @throws the operating system's error, with the file's path
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const partial = `${path}.partial`;
  try {
    const file = openSync(partial, 'w');
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw namingFile(error, path);
  }
  flushFolder(dirname(path));
}
