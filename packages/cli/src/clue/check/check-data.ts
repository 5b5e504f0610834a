import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { benchmarkTasks, type ClueTask } from '@cloze/datasets';
import { pinsName } from '../pull/pins.ts';
import { checkPins } from './check-pins.ts';
import type { CheckRecord } from './check-record.ts';
import { checkTask } from './check-task.ts';
import { checkTextFile } from './check-text-file.ts';

/** Files below a folder, with `/`, sorted; hidden ones left out. */
function filesBelow(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.'))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(folder, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`],
    )
    .sort();
}

/**
 * Reads every file of a data folder: the tasks', `corpus/*.txt(.gz)` and `vocab/*.txt`; what no reader is known for is yielded as
 * unread, so that no file is passed over in silence.
 *
 * @param tasks only these tasks' files; default every file
 */
export async function* checkData(data: string, tasks?: readonly ClueTask[]): AsyncGenerator<CheckRecord> {
  const heldOut = new Map<string, readonly (readonly string[])[]>();
  for (const task of tasks ?? benchmarkTasks) yield* checkTask(task, data, heldOut);
  yield* checkPins(data, tasks ?? benchmarkTasks);
  if (tasks !== undefined) return;
  const known = new Set(benchmarkTasks.flatMap(({ folder, files }) => files.map(({ name }) => `${folder}/${name}`)));
  const seen = new Map<string, ReadonlySet<string>>();
  for (const file of filesBelow(data)) {
    if (known.has(file) || file === pinsName) continue;
    if (/^corpus\/.*\.txt(\.gz)?$/.test(file)) yield* checkTextFile('corpus', data, file, seen, heldOut);
    else if (/^vocab\/.*\.txt$/.test(file)) yield* checkTextFile('vocabulary', data, file, seen, heldOut);
    else yield { kind: 'unread', file };
  }
}
