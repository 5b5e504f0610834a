import { appendFileSync, readFileSync } from 'node:fs';
import type { TrainingCallback } from '../run/training-callback.ts';
import { jsonLines, truncateJsonLines } from '../watching/json-lines.ts';
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

/**
 * A run's log of JSON lines on disk. Where a run is resumed its log goes on from the checkpoint, so that it becomes that of an unbroken run.
 *
 * @param path added to, and made where it is not there; its folder must be
 */
export function logFile(path: string): TrainingCallback {
  const log = jsonLines({ write: appendTo(path) });
  return {
    ...log,
    onTrainBegin: (run) => {
      truncateLog(path, run.firstStep - 1);
      return log.onTrainBegin?.(run);
    },
  };
}
