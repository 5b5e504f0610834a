import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { TableError } from '../tables/table.ts';

/** The bytes of a file piece by piece, a `.gz` unpacked. @throws {TableError} for a file that cannot be read, or a `.gz` that is none or torn */
export async function* readBytes(file: string): AsyncGenerator<Uint8Array> {
  const bytes = createReadStream(file);
  const packed = file.endsWith('.gz');
  const unpacked = packed ? bytes.pipe(createGunzip()) : bytes;
  // `pipe` does not hand on a failure to open or read.
  if (packed) bytes.on('error', (error) => unpacked.destroy(error));
  try {
    for await (const piece of unpacked) yield piece as Uint8Array;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem =
      code === 'Z_BUF_ERROR'
        ? 'the .gz file is torn: it ends before its content does; fetch or pack it again'
        : code?.startsWith('Z_')
          ? `is no .gz file that can be unpacked (${message})`
          : `cannot be read: ${message}`;
    throw new TableError(file, [{ row: 0, problem }]);
  } finally {
    bytes.destroy();
  }
}
