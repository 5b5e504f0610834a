import { checkList, checkRows } from '@cloze/checks';

/** Refuses what are no rows of a task. @param where begins the message @throws {TypeError} naming the first that is none */
export function checkClueRows(where: string, rows: unknown): void {
  checkList(where, rows);
  checkRows(`${where}: row`, rows);
}
