import type { ClueRow, ClueTask } from '../clue-task.ts';
import { checkClueRows } from './check-clue-rows.ts';
import { duplicateKey } from './duplicate-key.ts';

/** Duplicates inside one set of rows. */
export interface DuplicatesWithin {
  readonly rows: number;
  /** Rows beyond the first of their text. */
  readonly duplicates: number;
  /** Texts that have more than one label. */
  readonly conflicts: number;
}

/** Rows of one set whose text stands in another set too. */
export interface DuplicatesAcross {
  readonly rows: number;
  readonly duplicates: number;
  /** Of these, rows whose label the other set has not for the text. */
  readonly conflicts: number;
}

/** What a row says of its text; rows without a label contradict nothing. */
function answerOf<Row extends ClueRow>(task: ClueTask<Row>, row: Row): string | undefined {
  return task.target ? task.target(row) : (row.label ?? row.value?.toString());
}

function answersByText<Row extends ClueRow>(task: ClueTask<Row>, rows: readonly Row[]): Map<string, Set<string>> {
  const answers = new Map<string, Set<string>>();
  for (const row of rows) {
    const key = duplicateKey(task, row);
    const known = answers.get(key) ?? new Set<string>();
    const answer = answerOf(task, row);
    if (answer !== undefined) known.add(answer);
    answers.set(key, known);
  }
  return answers;
}

/** Counts rows of a set that repeat another's text, and texts with more than one label. */
export function duplicatesWithin<Row extends ClueRow>(task: ClueTask<Row>, rows: readonly Row[]): DuplicatesWithin {
  checkClueRows('duplicatesWithin', rows);
  const answers = answersByText(task, rows);
  let conflicts = 0;
  for (const known of answers.values()) if (known.size > 1) conflicts++;
  return { rows: rows.length, duplicates: rows.length - answers.size, conflicts };
}

/** Counts rows of a set, say dev, whose text stands in another, say train: what a model may know by heart. */
export function duplicatesAcross<Row extends ClueRow>(
  task: ClueTask<Row>,
  rows: readonly Row[],
  others: readonly Row[],
): DuplicatesAcross {
  checkClueRows('duplicatesAcross', rows);
  checkClueRows('duplicatesAcross: the others', others);
  const answers = answersByText(task, others);
  let duplicates = 0;
  let conflicts = 0;
  for (const row of rows) {
    const known = answers.get(duplicateKey(task, row));
    if (known === undefined) continue;
    duplicates++;
    const answer = answerOf(task, row);
    if (answer !== undefined && known.size > 0 && !known.has(answer)) conflicts++;
  }
  return { rows: rows.length, duplicates, conflicts };
}
