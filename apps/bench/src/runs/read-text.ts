import { readFileSync, statSync } from 'node:fs';

/** No file of a record is larger; strings end soon after. */
const mostBytes = 400_000_000;

/** The text of a file. @throws {Error} naming a file that is missing, no file (a folder, a pipe), too large or not UTF-8 */
export function readText(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Error(`${path} is missing.`);
  if (!found.isFile()) throw new Error(`${path} is no file.`);
  if (found.size > mostBytes) throw new Error(`${path} has ${found.size} bytes, expected ${mostBytes} at most.`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw new Error(`${path} is not UTF-8.`);
    throw error;
  }
}
