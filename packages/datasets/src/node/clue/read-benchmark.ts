import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClueFile, ClueRow, ClueTask } from '../../index.ts';
import { readUtf8 } from '../read-utf8.ts';
import { listProblems } from './list-problems.ts';
import { readTaskFile } from './read-task-file.ts';

/** Rows that are learnt from, or judged, together. */
export interface BenchmarkSet<Row extends ClueRow = ClueRow> {
  /** As in a table of results: the task's name, or the set's, such as `mnli-mm`. */
  readonly name: string;
  /** What was read, below the data folder: answers that stand in a file of their own too. */
  readonly files: readonly string[];
  readonly rows: readonly Row[];
}

/** Files of a split by the set they belong to: those of one name together, of those without a name the first that is there. */
function setsOf({ name, files, folder }: ClueTask, data: string, split: ClueFile['split']): Map<string, ClueFile[]> {
  const sets = new Map<string, ClueFile[]>();
  for (const file of files) {
    if (file.split !== split || !file.labelled || !existsSync(join(data, folder, file.name))) continue;
    const known = sets.get(file.set ?? name);
    if (known === undefined) sets.set(file.set ?? name, [file]);
    else if (file.set !== undefined) known.push(file);
  }
  return sets;
}

/**
 * Rows of a task's train or dev split, as its benchmark counts them: C3's two files are one set, MNLI's dev files are two, ChID's answers may stand beside
 * its rows; of other tasks the first file that is there.
 *
 * @param data the data folder
 * @throws {Error} where no file of the split is there, for bad lines, with file, line and reason of each, and for answers that do not fit their rows
 */
export function readBenchmark<Row extends ClueRow>(
  task: ClueTask<Row>,
  data: string,
  split: 'train' | 'dev',
): BenchmarkSet<Row>[] {
  const answers = task.answerFiles?.[split];
  const path = answers === undefined ? undefined : join(data, task.folder, answers);
  const beside = path !== undefined && existsSync(path) ? path : undefined;
  const sets = [...setsOf(task, data, split)].map(([name, files]): BenchmarkSet<Row> => {
    const read = files.map((file) => readTaskFile(task, data, { ...file, labelled: beside === undefined }));
    for (const { file, problems } of read)
      if (problems.length > 0) throw new Error(`${file}: ${problems.length} lines are bad.\n${listProblems(problems)}`);
    const rows = read.flatMap((one) => one.rows);
    return {
      name,
      files: [...read.map(({ file }) => file), ...(beside === undefined ? [] : [`${task.folder}/${answers}`])],
      rows: beside === undefined ? rows : (task.withAnswers?.(rows, readUtf8(beside)) ?? rows),
    };
  });
  if (sets.length > 0) return sets;
  const names = task.files.flatMap((file) => (file.split === split ? file.name : []));
  throw new Error(`${join(data, task.folder)} has no ${split} file (${names.join(', ') || 'the task has none'}).`);
}
