import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

/**
 * The lines of a text file, plain or `.gz`, without empty ones; memory holds a piece of the file, however large that is.
 *
 * Only `\n` ends a line: texts may hold U+2028 and others that Node's readline would cut at.
 */
export async function* streamLines(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file);
  const unpacked = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  // `pipe` does not hand on a failure to open or read.
  if (unpacked !== bytes) bytes.on('error', (error) => unpacked.destroy(error));
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const piece of unpacked) {
      const lines = (rest + decoder.decode(piece as Uint8Array, { stream: true })).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) if (line !== '') yield line;
    }
    rest += decoder.decode();
    if (rest !== '') yield rest;
  } finally {
    bytes.destroy();
  }
}
