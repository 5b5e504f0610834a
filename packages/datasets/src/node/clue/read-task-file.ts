import { join } from 'node:path';
import type { ClueFile, ClueRow, ClueTask, ReadRows } from '../../index.ts';
import { readRowsFile } from './read-rows-file.ts';

/**
 * Reads one file of a task from a data folder; lines that are no UTF-8 are problems like the others.
 *
 * @param data the data folder, which holds the task's folder
 */
export function readTaskFile<Row extends ClueRow>(
  task: ClueTask<Row>,
  data: string,
  { name, labelled }: ClueFile,
): ReadRows<Row> {
  return readRowsFile(join(data, task.folder, name), `${task.folder}/${name}`, (text, file) =>
    task.read(text, file, { labelled }),
  );
}
