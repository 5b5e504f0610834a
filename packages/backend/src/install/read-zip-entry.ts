import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

interface Entry {
  readonly method: number;
  readonly compressed: number;
  readonly size: number;
  readonly headerAt: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;

/** The central directory of a zip file (a wheel): entry names with their places. Zip64 is refused: wheels of this size have none. */
export async function readZipDirectory(path: string): Promise<Map<string, Entry>> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, 65557));
    await file.read(tail, 0, tail.length, size - tail.length);
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
    if (end < 0) throw new Error(`${path} is no zip file: it has no end-of-directory record.`);
    const directory = Buffer.alloc(tail.readUInt32LE(end + 12));
    await file.read(directory, 0, directory.length, tail.readUInt32LE(end + 16));
    const entries = new Map<string, Entry>();
    for (let p = 0; p + 46 <= directory.length && directory.readUInt32LE(p) === CENTRAL; ) {
      const [name, extra, comment] = [
        directory.readUInt16LE(p + 28),
        directory.readUInt16LE(p + 30),
        directory.readUInt16LE(p + 32),
      ];
      entries.set(directory.toString('utf8', p + 46, p + 46 + name), {
        method: directory.readUInt16LE(p + 10),
        compressed: directory.readUInt32LE(p + 20),
        size: directory.readUInt32LE(p + 24),
        headerAt: directory.readUInt32LE(p + 42),
      });
      p += 46 + name + extra + comment;
    }
    return entries;
  } finally {
    await file.close();
  }
}

/** Unpacks one entry to a file. @throws when the number of bytes written is not what the directory says */
export async function unpackZipEntry(path: string, entry: Entry, target: string, signal: AbortSignal): Promise<void> {
  const header = Buffer.alloc(30);
  const file = await open(path);
  await file.read(header, 0, 30, entry.headerAt);
  await file.close();
  const start = entry.headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const source = createReadStream(path, { start, end: start + entry.compressed - 1 });
  const sink = createWriteStream(target, { mode: 0o644 });
  if (entry.method === 0) await pipeline(source, sink, { signal });
  else if (entry.method === 8) await pipeline(source, createInflateRaw(), sink, { signal });
  else throw new Error(`${path}: compression method ${entry.method} is neither stored nor deflated.`);
  if (sink.bytesWritten !== entry.size)
    throw new Error(`${target}: ${sink.bytesWritten} bytes unpacked, the wheel promises ${entry.size}.`);
}
