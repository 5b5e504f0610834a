import { readFileSync, statSync } from 'node:fs';
import { decodeUtf8 } from '../tables/decode-utf8.ts';
import { TableError } from '../tables/table.ts';

/** A whole file as text, a byte order mark taken off. @throws {TableError} for what is no file, and naming the first line that is no UTF-8 */
export function readUtf8(file: string): string {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new TableError(file, [{ row: 0, problem: 'no such file' }]);
  return decodeUtf8(readFileSync(file), file);
}
