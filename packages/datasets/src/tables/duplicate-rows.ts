import { anything, checkOptions, listOf, needed, text } from '@cloze/checks';
import { normaliseText } from '../clue/duplicates/normalise-text.ts';
import { checkIsTable } from './check-is-table.ts';
import { cellText } from './select-columns.ts';
import { type Table, TableError } from './table.ts';

/** Rows, counted from 1, whose texts stand before. */
export interface DuplicateRows {
  /** Rows beyond the first of their texts. */
  readonly within: readonly number[];
  /** Rows whose texts stand in `dev`. */
  readonly inDev: readonly number[];
}

/** Key under which texts count as the same. */
const keyOf = (row: Readonly<Record<string, unknown>>, columns: readonly string[]): string =>
  columns.map((column) => normaliseText(cellText(row[column]) ?? '')).join('\u0000');

/** Rows of a table that stand twice, and those that a dev table holds too. @param options.columns whose texts are compared @throws {TableError} naming a column that is not there */
export function duplicateRows(
  table: Table,
  options: { readonly columns: readonly string[]; readonly dev?: Table },
): DuplicateRows {
  checkOptions('duplicateRows', options, { columns: needed(listOf(text, 1)), dev: anything });
  const { columns, dev } = options;

  for (const one of dev ? [table, dev] : [table]) {
    checkIsTable('duplicateRows', one);
    // A column that is not there would make all rows the same.
    const missing = columns.find((column) => one.rows.length > 0 && !one.columns.includes(column));
    if (missing !== undefined)
      throw new TableError(one.source, [
        { row: 0, column: missing, problem: `is not there; there are ${one.columns.join(', ')}` },
      ]);
  }
  const kept = new Set(dev?.rows.map((row) => keyOf(row, columns)));
  const seen = new Set<string>();
  const within: number[] = [];
  const inDev: number[] = [];
  for (const [i, row] of table.rows.entries()) {
    const key = keyOf(row, columns);
    if (seen.has(key)) within.push(i + 1);
    seen.add(key);
    if (kept.has(key)) inDev.push(i + 1);
  }
  return { within, inDev };
}

/** The table without some of its rows, counted from 1: what `duplicateRows` found, say. */
export function withoutRows(table: Table, rows: Iterable<number>): Table {
  checkIsTable('withoutRows', table);
  const gone = new Set(rows);
  return { ...table, rows: table.rows.filter((_, i) => !gone.has(i + 1)) };
}
