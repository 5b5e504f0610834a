import { isUtf8 } from 'node:buffer';

/** A text, and the lines (from 1) whose bytes are no UTF-8; these hold replacement characters. */
export interface Decoded {
  readonly text: string;
  readonly bad: ReadonlySet<number>;
}

/** Decodes UTF-8 and finds every line that is not, so that they can be named instead of read wrongly. */
export function decodeLines(bytes: Buffer): Decoded {
  const bad = new Set<number>();
  if (!isUtf8(bytes)) {
    let line = 1;
    for (let start = 0; start < bytes.length; line++) {
      const found = bytes.indexOf(10, start);
      const end = found < 0 ? bytes.length : found;
      if (!isUtf8(bytes.subarray(start, end))) bad.add(line);
      start = end + 1;
    }
  }
  return { text: bytes.toString('utf8'), bad };
}
