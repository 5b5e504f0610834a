import { CheckpointError } from '../checkpoint-error.ts';
import { maskedCrc32c } from '../crc.ts';

const footerBytes = 48;
const magic = 0xdb4775248b80fb57n;

/** A reader of varints and length-prefixed bytes; every step is checked against the end. */
export class ByteReader {
  position = 0;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  get done(): boolean {
    return this.position >= this.bytes.length;
  }
  varint(): number {
    let [value, scale] = [0, 1];
    for (let i = 0; i < 10; i++) {
      const byte = this.take(1)[0] as number;
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
      scale *= 128;
    }
    throw new CheckpointError(`The index has a number beyond 2^53 at byte ${this.position}.`);
  }
  take(count: number): Uint8Array {
    if (count < 0 || this.position + count > this.bytes.length)
      throw new CheckpointError(
        `The index ends inside ${count} bytes at byte ${this.position} of ${this.bytes.length}.`,
      );
    this.position += count;
    return this.bytes.subarray(this.position - count, this.position);
  }
}

/** Bytes that all keys may take: a key repeats its predecessor's beginning for a few bytes of file, so that a small file can claim gigabytes. */
const keyBytes = 8_000_000;

/** The entries of one block: keys share prefixes with the one before; restarts at the end are for seeking and are skipped. */
function blockEntries(file: Uint8Array, offset: number, size: number, room: { bytes: number }): [string, Uint8Array][] {
  if (offset + size + 5 > file.length)
    throw new CheckpointError(`The index names a block of ${size} bytes at ${offset}, past its end.`);
  if (file[offset + size] !== 0)
    throw new CheckpointError('A block of the index is compressed, which TensorFlow never writes.');
  const block = file.subarray(offset, offset + size);
  const stated = new DataView(file.buffer, file.byteOffset).getUint32(offset + size + 1, true);
  if (maskedCrc32c(file.subarray(offset, offset + size + 1)) !== stated)
    throw new CheckpointError(`The index is damaged: the checksum of its block at ${offset} is wrong.`);
  if (size < 4) throw new CheckpointError(`A block of the index has ${size} bytes.`);
  const restarts = new DataView(block.buffer, block.byteOffset).getUint32(size - 4, true);
  const end = size - 4 - 4 * restarts;
  if (end < 0) throw new CheckpointError(`A block of the index claims ${restarts} restarts in ${size} bytes.`);
  const reader = new ByteReader(block.subarray(0, end));
  const entries: [string, Uint8Array][] = [];
  let key = new Uint8Array(0);
  while (!reader.done) {
    const [shared, fresh, length] = [reader.varint(), reader.varint(), reader.varint()];
    if (shared > key.length)
      throw new CheckpointError('A key of the index shares more with its predecessor than that has.');
    room.bytes -= shared + fresh;
    if (room.bytes < 0)
      throw new CheckpointError(`The names in the index take more than ${keyBytes / 1e6} MB, which no model's do.`);
    if (fresh > reader.bytes.length - reader.position)
      throw new CheckpointError(`A key of the index claims ${fresh} bytes, past its block.`);
    const next = new Uint8Array(shared + fresh);
    next.set(key.subarray(0, shared));
    next.set(reader.take(fresh), shared);
    key = next;
    entries.push([new TextDecoder().decode(key), reader.take(length)]);
  }
  return entries;
}

/** Keys and values of a sorted-string table, TensorFlow's `*.index`. @throws {CheckpointError} for anything torn or hostile */
export function readTable(file: Uint8Array): [string, Uint8Array][] {
  if (file.length < footerBytes)
    throw new CheckpointError(`A TensorFlow index has at least ${footerBytes} bytes, got ${file.length}.`);
  const footer = file.subarray(file.length - footerBytes);
  if (new DataView(footer.buffer, footer.byteOffset).getBigUint64(40, true) !== magic)
    throw new CheckpointError("This is no TensorFlow index: the number at its end is not a table's.");
  const handle = new ByteReader(footer);
  handle.varint();
  handle.varint();
  const [offset, size] = [handle.varint(), handle.varint()];
  const room = { bytes: keyBytes };
  const entries: [string, Uint8Array][] = [];
  let expected = 0;
  for (const [, value] of blockEntries(file, offset, size, room)) {
    const child = new ByteReader(value);
    const [begin, length] = [child.varint(), child.varint()];
    // Blocks stand one behind the other: named twice, one would be read again and again.
    if (begin < expected)
      throw new CheckpointError(`The index names a block at ${begin}, expected at ${expected} or later.`);
    expected = begin + length + 5;
    for (const entry of blockEntries(file, begin, length, room)) entries.push(entry);
  }
  return entries;
}
