import { checkList, checkRows, checkText, checkTexts, whatIs } from '@cloze/checks';

/** Refuses what is no table. @param where begins the message @throws {TypeError} saying what it is, or naming the row or column that is none */
export function checkIsTable(where: string, table: unknown): void {
  if (typeof table !== 'object' || table === null || Array.isArray(table))
    throw new TypeError(`${where}: expected a table, as readTable gives it, got ${whatIs(table)}.`);
  const { source, columns, rows }: { readonly source?: unknown; readonly columns?: unknown; readonly rows?: unknown } =
    table;
  checkText(`${where}: the table's source`, source);
  checkTexts(`${where}: the table's columns`, columns);
  checkList(`${where}: the table's rows`, rows);
  checkRows(`${where}: row`, rows);
}
