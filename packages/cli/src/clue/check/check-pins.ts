import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClueTask } from '@cloze/datasets';
import { hashFile } from '@cloze/trainer/node';
import { readPins } from '../pull/pins.ts';
import type { ProblemRecord } from './check-record.ts';

/** Files of tasks that `cloze data pull` brought in and that were changed since. */
export async function* checkPins(data: string, tasks: readonly ClueTask[]): AsyncGenerator<ProblemRecord> {
  for (const [file, { sha256, url }] of Object.entries(readPins(data).files)) {
    if (!tasks.some(({ folder }) => file.startsWith(`${folder}/`)) || !existsSync(join(data, file))) continue;
    if ((await hashFile(join(data, file))).sha256 !== sha256)
      yield {
        kind: 'problem',
        file,
        line: 0,
        reason: `the file is not what was fetched from ${url}: it was changed since`,
      };
  }
}
