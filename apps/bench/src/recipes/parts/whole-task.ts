import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClueRow, ClueTask } from '@cloze/datasets';
import type { Lab } from './lab.ts';

/** A task with its whole set, which lies in `clue-full` where `clue` has a part of it. */
export const wholeTask = <Row extends ClueRow>(
  { data: { root } }: Pick<Lab, 'data'>,
  task: ClueTask<Row>,
): ClueTask<Row> => {
  const folder = `clue-full/${task.name}`;
  return root !== undefined && existsSync(join(root, folder)) ? { ...task, folder } : task;
};
