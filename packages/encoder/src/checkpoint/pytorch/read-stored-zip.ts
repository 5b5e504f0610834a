import { CheckpointError } from '../checkpoint-error.ts';
import { crc32 } from '../crc.ts';

const signatures = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator: 0x07064b50 };
const [full16, full32] = [0xffff, 0xffffffff];

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  readonly headerAt: number;
}

/** A file read by places; one past its end is an error that says where. */
class Places {
  readonly size: number;
  private readonly view: DataView;
  private readonly file: Uint8Array;

  constructor(file: Uint8Array) {
    this.file = file;
    this.size = file.byteLength;
    this.view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  }

  private within(offset: number, bytes: number): number {
    if (!(offset >= 0 && offset + bytes <= this.size))
      throw new CheckpointError(`The archive points at byte ${offset}, ${bytes} bytes, of ${this.size}.`);
    return offset;
  }
  u16(offset: number): number {
    return this.view.getUint16(this.within(offset, 2), true);
  }
  u32(offset: number): number {
    return this.view.getUint32(this.within(offset, 4), true);
  }
  u64(offset: number): number {
    const value = this.view.getBigUint64(this.within(offset, 8), true);
    // Any number beyond the file is as wrong as another.
    return value > BigInt(this.size) ? this.size + 1 : Number(value);
  }
  bytes(offset: number, count: number): Uint8Array {
    return this.file.subarray(this.within(offset, count), offset + count);
  }
}

/** Where the directory is: the record at the very end, or the 64-bit one it points at. */
function directoryOf(file: Places): { start: number; size: number; count: number; before: number } {
  let end = file.size - 22;
  const least = Math.max(0, file.size - 22 - full16);
  while (end >= least && !(file.u32(end) === signatures.end && end + 22 + file.u16(end + 20) === file.size)) end--;
  if (end < least)
    throw new CheckpointError('Not a zip archive as torch.save writes since 1.6, nor what it wrote before.');
  const [count, size, start] = [file.u16(end + 10), file.u32(end + 12), file.u32(end + 16)];
  if (count !== full16 && size !== full32 && start !== full32) return { start, size, count, before: end };
  const locator = end - 20;
  if (locator < 0 || file.u32(locator) !== signatures.locator)
    throw new CheckpointError('The archive says it is a 64-bit one and has no 64-bit directory.');
  const end64 = file.u64(locator + 8);
  if (file.u32(end64) !== signatures.end64)
    throw new CheckpointError('The archive points at a 64-bit directory that is none.');
  return { start: file.u64(end64 + 48), size: file.u64(end64 + 40), count: file.u64(end64 + 32), before: end64 };
}

function entryAt(file: Places, offset: number, directoryEnd: number): { entry: Entry; next: number } {
  if (offset + 46 > directoryEnd || file.u32(offset) !== signatures.central)
    throw new CheckpointError(`The archive's directory is torn at byte ${offset}.`);
  const [nameBytes, extraBytes, noteBytes] = [file.u16(offset + 28), file.u16(offset + 30), file.u16(offset + 32)];
  const next = offset + 46 + nameBytes + extraBytes + noteBytes;
  if (next > directoryEnd) throw new CheckpointError(`The archive's directory is torn at byte ${offset}.`);
  const name = new TextDecoder().decode(file.bytes(offset + 46, nameBytes));
  if (file.u16(offset + 8) & 1) throw new CheckpointError(`'${name}' is encrypted; torch.save never does that.`);
  let [packed, size, headerAt] = [file.u32(offset + 20), file.u32(offset + 24), file.u32(offset + 42)];
  // 64-bit values stand in an extra field, in this order, only those that did not fit.
  const extraEnd = offset + 46 + nameBytes + extraBytes;
  for (let extra = offset + 46 + nameBytes; extra + 4 <= extraEnd; extra += 4 + file.u16(extra + 2)) {
    if (file.u16(extra) !== 1) continue;
    let place = extra + 4;
    const wide = (value: number) => {
      if (value !== full32) return value;
      place += 8;
      return file.u64(place - 8);
    };
    [size, packed, headerAt] = [wide(size), wide(packed), wide(headerAt)];
  }
  if (file.u16(offset + 10) !== 0 || packed !== size)
    throw new CheckpointError(`'${name}' is compressed; torch.save never does that, and it could grow without bound.`);
  return { entry: { name, size, crc: file.u32(offset + 16), headerAt }, next };
}

/**
 * The entries of a zip archive whose files are stored as they are, as views of the archive: nothing is copied, nothing can grow.
 *
 * @throws {CheckpointError} for compression, encryption, a torn directory, entries that overlap or share a name, and a wrong checksum
 */
export function readStoredZip(archive: Uint8Array): Map<string, Uint8Array> {
  const file = new Places(archive);
  const { start, size, count, before } = directoryOf(file);
  if (start + size > before) throw new CheckpointError("The archive's directory does not end before its end record.");
  if (count * 46 > size)
    throw new CheckpointError(`The archive claims ${count} entries in ${size} bytes of directory.`);
  const entries = new Map<string, Uint8Array>();
  const spans: { name: string; begin: number; end: number }[] = [];
  let place = start;
  for (let i = 0; i < count; i++) {
    const { entry, next } = entryAt(file, place, start + size);
    place = next;
    const { name, headerAt, crc } = entry;
    if (entries.has(name)) throw new CheckpointError(`The archive has '${name}' twice.`);
    if (file.u32(headerAt) !== signatures.local)
      throw new CheckpointError(`'${name}' does not begin where the archive says, at byte ${headerAt}.`);
    const begin = headerAt + 30 + file.u16(headerAt + 26) + file.u16(headerAt + 28);
    const end = begin + entry.size;
    if (end > start)
      throw new CheckpointError(`'${name}': ${entry.size} bytes at ${begin} run past the files' end at ${start}.`);
    const bytes = file.bytes(begin, entry.size);
    if (crc32(bytes) !== crc) throw new CheckpointError(`'${name}' is damaged: its checksum is not the archive's.`);
    entries.set(name, bytes);
    spans.push({ name, begin: headerAt, end });
  }
  spans.sort((a, b) => a.begin - b.begin);
  for (const [i, { name, begin }] of spans.entries())
    if (i > 0 && begin < (spans[i - 1]?.end as number))
      throw new CheckpointError(`'${name}' overlaps '${spans[i - 1]?.name}' in the archive.`);
  return entries;
}
