import type { ClueRow, ClueTask } from '../clue-task.ts';
import { checkClueRows } from './check-clue-rows.ts';
import { duplicateKey } from './duplicate-key.ts';

/**
 * The first row of each text, without those whose text stands in other rows: score a dev set `without` its train set to report the
 * de-duplicated figure beside the plain one.
 *
 * @param others rows of another set, default none
 */
export function withoutDuplicates<Row extends ClueRow>(
  task: ClueTask<Row>,
  rows: readonly Row[],
  others: readonly Row[] = [],
): readonly Row[] {
  checkClueRows('withoutDuplicates', rows);
  checkClueRows('withoutDuplicates: the others', others);
  const seen = new Set(others.map((row) => duplicateKey(task, row)));
  return rows.filter((row) => {
    const key = duplicateKey(task, row);
    return !seen.has(key) && seen.add(key);
  });
}
