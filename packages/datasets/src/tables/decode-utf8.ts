import { disguiseOf } from './disguise-of.ts';
import { TableError } from './table.ts';

const mark = [0xef, 0xbb, 0xbf];

/** Where the character begins whose bytes break off before or at `at`. */
function sequenceStart(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back] as number;
    if (byte < 0x80) return end;
    const takes = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
    if (takes > 0) return takes > back ? end - back : end;
  }
  return end;
}

/** First byte that is no UTF-8, and the row it stands in by line feeds; undefined when all is well. */
function firstBadByte(bytes: Uint8Array): { readonly offset: number; readonly line: number } | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  // Halved until the shortest prefix that fails is known; a prefix that ends inside a character is no failure (`stream`).
  const fails = (end: number) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream: true });
      return false;
    } catch {
      return true;
    }
  };
  try {
    decoder.decode(bytes);
    return undefined;
  } catch {
    let [low, high] = [0, bytes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fails(middle)) high = middle;
      else low = middle + 1;
    }
    const offset = sequenceStart(bytes, Math.min(low, bytes.length) - 1);
    let line = 1;
    for (let i = 0; i < offset; i++) if (bytes[i] === 10) line++;
    return { offset, line };
  }
}

/** Bytes as text, a byte order mark taken off. @throws {TableError} saying what it is instead, or naming the first byte that is no UTF-8, and its line */
export function decodeUtf8(bytes: Uint8Array, source: string): string {
  const disguise = disguiseOf(bytes);
  if (disguise !== undefined) throw new TableError(source, [{ row: 0, problem: disguise }]);
  const text = mark.every((byte, i) => bytes[i] === byte) ? bytes.subarray(3) : bytes;
  const skipped = bytes.length - text.length;
  const bad = firstBadByte(text);
  if (bad)
    throw new TableError(source, [
      {
        row: 0,
        problem: `line ${bad.line} is no UTF-8 (byte ${bad.offset + skipped} of the file, 0x${(text[bad.offset] ?? 0).toString(16)}); save the file as UTF-8`,
      },
    ]);
  return new TextDecoder('utf-8').decode(text);
}
