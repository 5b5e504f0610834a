import { createReadStream, statSync } from 'node:fs';
import { lineSplitter } from '@cloze/datasets';

/** A line and its number from 1. */
export interface NumberedLine {
  readonly line: number;
  readonly text: string;
}

/**
 * The lines of a file, or of standard input for `-`, as they are needed. Only \n ends a line (node:readline cuts at U+2028 too); \r before it
 * and a byte-order mark are dropped; empty lines are left out and counted.
 *
 * @throws {Error} for a folder, and naming the line where the bytes are no UTF-8, that is longer than 2²⁶ characters, or ends with a carriage return alone
 */
export async function* numberedLines(file: string): AsyncGenerator<NumberedLine, void, undefined> {
  if (file !== '-' && statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`${file} is a folder, expected a file; check the name.`);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  const splitter = lineSplitter();
  const linesOf = (text: string, isLast = false): string[] => {
    try {
      return isLast ? [...splitter.push(text), splitter.end()] : splitter.push(text);
    } catch (error) {
      throw new Error(`${file}: line ${line} ${(error as Error).message}.`);
    }
  };
  const decode = (bytes?: Uint8Array) => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw new Error(`${file}: the bytes after line ${line} are not UTF-8; convert the file (iconv -t utf-8).`);
    }
  };
  const sound = (text: string): NumberedLine | undefined => {
    const clean = text.endsWith('\r') ? text.slice(0, -1) : text;
    return clean.trim() === '' ? undefined : { line, text: clean };
  };
  for await (const bytes of file === '-' ? process.stdin : createReadStream(file)) {
    for (const part of linesOf(decode(bytes as Uint8Array))) {
      const found = sound(part);
      if (found) yield found;
      line++;
    }
  }
  for (const part of linesOf(decode(), true)) {
    const last = sound(part);
    if (last) yield last;
    line++;
  }
}
