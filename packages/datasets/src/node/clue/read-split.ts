import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ClueFile, type ClueRow, type ClueTask, clueTasks, type ReadRows } from '../../index.ts';
import { listProblems } from './list-problems.ts';
import { readTaskFile } from './read-task-file.ts';

/**
 * Rows of a task's train, dev, test or unlabelled split: of its first file that is there.
 *
 * @param data the data folder
 * @throws {Error} when no file of the split is there, or when any line of it is bad, with file, line and reason of each
 */
export function readSplit<Row extends ClueRow>(
  task: ClueTask<Row>,
  data: string,
  split: ClueFile['split'],
): ReadRows<Row> {
  const files = task.files.filter((file) => file.split === split);
  const file = files.find(({ name }) => existsSync(join(data, task.folder, name)));
  if (file === undefined)
    throw new Error(
      `${join(data, task.folder)} has no ${split} file (${files.map(({ name }) => name).join(', ') || 'the task has none'}). ${clueTasks.some(({ name }) => name === task.name) ? `To fetch it: cloze data pull ${task.name} --data ${data}` : 'Put the official file there.'}`,
    );
  const read = readTaskFile(task, data, file);
  if (read.problems.length > 0)
    throw new Error(
      `${read.file}: ${read.problems.length} of ${read.lines} lines are bad; mend or remove them.\n${listProblems(read.problems)}`,
    );
  return read;
}
