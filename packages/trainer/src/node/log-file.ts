import { appendFileSync, readFileSync } from 'node:fs';
import { truncateJsonLines } from '../watching/json-lines.ts';
import { writeWhole } from './write-whole.ts';

/** Adds text or bytes to the end of a file. */
export const appendTo =
  (path: string) =>
  (content: string | Uint8Array): void =>
    appendFileSync(path, content);

/** Drops from a log of JSON lines what lies after a step: call it before a resumed run writes on. No error without a file. */
export function truncateLog(path: string, step: number): void {
  let before: string;
  try {
    before = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  writeWhole(path, truncateJsonLines(before, step));
}
