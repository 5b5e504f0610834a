import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { benchmarkTasks, type ClueTask, type MinimalPairRow, readMinimalPairs } from '@cloze/datasets';
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

const isNote = (file: string) => /(^|\/)((readme|licen[cs]e|notice|sources|citation)[^/]*|[^/]*\.md)$/i.test(file);

/** A file of minimal pairs as a task of its own. */
const minimalPairTask = (folder: string, name: string): ClueTask<MinimalPairRow> => ({
  name: basename(folder),
  title: 'minimal pairs',
  kind: 'pair',
  folder,
  files: [{ name, split: 'dev', labelled: true }],
  labels: [],
  metrics: ['accuracy'],
  submissions: [],
  read: readMinimalPairs,
  texts: ({ good, bad }) => [good, bad],
});

/** The task of a file that stands in another folder than the task's, `clue-full/tnews` say: that of the folder's last name. */
function taskElsewhere(file: string): ClueTask | undefined {
  const [folder, name] = [dirname(file), basename(file)];
  if (/^minimal-pairs\/[^/]+\/[^/]+\.jsonl$/.test(file)) return minimalPairTask(folder, name);
  const task = benchmarkTasks.find(
    (known) => basename(known.folder) === basename(folder) && known.files.some((one) => one.name === name),
  );
  return task && { ...task, folder };
}

/**
 * Reads every file of a data folder: the tasks', those of tasks in other folders, minimal pairs, `corpus/*.txt(.gz)` and
 * `vocab/*.txt`; notes and licences are named, and what no reader is known for is yielded as unread, so that no file is passed over in silence.
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
  const elsewhere = new Set<string>();
  for (const file of filesBelow(data)) {
    if (known.has(file) || elsewhere.has(file) || file === pinsName) continue;
    const task = taskElsewhere(file);
    if (task) {
      for (const { name } of task.files) elsewhere.add(`${task.folder}/${name}`);
      yield* checkTask(task, data, heldOut);
      continue;
    }
    if (/^corpus\/.*\.txt(\.gz)?$/.test(file)) yield* checkTextFile('corpus', data, file, seen, heldOut);
    else if (/^vocab\/.*\.txt$/.test(file)) yield* checkTextFile('vocabulary', data, file, seen, heldOut);
    else yield { kind: isNote(file) ? 'note' : 'unread', file };
  }
}
