import { open, stat } from 'node:fs/promises';
import { CheckpointError } from '../checkpoint-error.ts';

/** One read takes at most 2 GiB; larger files are read part by part. */
const part = 2 ** 30;

/**
 * The bytes of a file of any size, or nothing where there is none.
 *
 * @throws {CheckpointError} naming what is no file (a folder, a pipe, which would never end) or changed while it was read
 */
export async function optionalFile(path: string): Promise<Uint8Array | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!found) return undefined;
  if (!found.isFile()) throw new CheckpointError(`${path} is no file; a checkpoint's files are read from disk.`);
  const file = await open(path);
  try {
    const bytes = newBytes(path, found.size);
    for (let at = 0; at < found.size; ) {
      const { bytesRead } = await file.read(bytes, at, Math.min(part, found.size - at), at);
      if (bytesRead === 0)
        throw new CheckpointError(`${path} became shorter while it was read: ${at} of ${found.size} bytes.`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** Room for a file. @throws {CheckpointError} naming it where there is none */
function newBytes(path: string, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (error) {
    throw new CheckpointError(
      `${path} has ${(size / 2 ** 30).toFixed(1)} GiB, which this process has no room for: ${error instanceof Error ? error.message : error}.`,
    );
  }
}
