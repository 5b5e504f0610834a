import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise } from 'yauzl';

/** No text file of a task is larger. */
const mostBytes = 1_000_000_000;

/**
 * Unpacks the wanted files of a zip archive, whatever folder they are in there.
 *
 * Only wanted names are written, so that no entry can reach outside; sizes and CRC-32 are checked.
 *
 * @returns the names that were there
 * @throws when a name comes twice, an entry is damaged or too large, or the archive is none
 */
export async function unpack(archive: string, wanted: ReadonlySet<string>, folder: string): Promise<readonly string[]> {
  const zip = await openPromise(archive).catch((error: Error) => {
    throw new Error(`no zip archive: ${error.message}`);
  });
  const found = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      const name = basename(entry.fileName);
      if (entry.fileName.endsWith('/') || !wanted.has(name)) continue;
      const other = found.get(name);
      if (other) throw new Error(`the archive holds two files ${name}: ${other.fileName}, ${entry.fileName}`);
      if (entry.uncompressedSize > mostBytes)
        throw new Error(`${entry.fileName} has ${entry.uncompressedSize} bytes, expected ${mostBytes} at most`);
      found.set(name, entry);
      let sum = 0;
      const watch = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          sum = crc32(chunk, sum);
          done(undefined, chunk);
        },
      });
      const path = join(folder, name);
      await pipeline(await zip.openReadStreamPromise(entry), watch, createWriteStream(path, { flags: 'wx' }));
      if (sum !== entry.crc32) throw new Error(`${entry.fileName} is damaged: its CRC-32 is not the archive's`);
      const file = await open(path, 'r+');
      await file.sync().finally(() => file.close());
    }
  } finally {
    zip.close();
  }
  return [...found.keys()];
}
