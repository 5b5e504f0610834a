import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { TableError } from '../tables/table.ts';

/** Text packs to a tenth or a twentieth; what grows more than this is a mistake or an attack, and fills the memory. */
const mostGrowth = 200;
/** A file that unpacks to less is read whatever it grew. */
const harmless = 1 << 26;

/**
 * The bytes of a file piece by piece, a `.gz` unpacked.
 *
 * @throws {TableError} for a file that cannot be read, or a `.gz` that is none, is torn, or unpacks to over 64 MiB and over 200 times its size
 */
export async function* readBytes(file: string): AsyncGenerator<Uint8Array> {
  const bytes = createReadStream(file);
  const packed = file.endsWith('.gz');
  const unpacked = packed ? bytes.pipe(createGunzip()) : bytes;
  // `pipe` does not hand on a failure to open or read.
  if (packed) bytes.on('error', (error) => unpacked.destroy(error));
  let size = 0;
  try {
    for await (const piece of unpacked) {
      size += (piece as Uint8Array).length;
      if (packed && size > harmless && size > mostGrowth * bytes.bytesRead)
        throw new TableError(file, [
          { row: 0, problem: `unpacks to more than ${mostGrowth} times its size, which no text does; look what it is` },
        ]);
      yield piece as Uint8Array;
    }
  } catch (error) {
    if (error instanceof TableError) throw error;
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
