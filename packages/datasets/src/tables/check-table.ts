import { anything, checkOptions } from '@cloze/checks';
import { loneSurrogate } from '../text/lone-surrogate.ts';
import { checkIsTable } from './check-is-table.ts';
import { duplicateRows } from './duplicate-rows.ts';
import { labelProblems } from './label-problems.ts';
import { type ColumnNames, cellNumber, cellText, columnRules, missingColumns } from './select-columns.ts';
import type { Table, TableProblem } from './table.ts';

/** What a table holds, and what keeps rows of it from being used. */
export interface TableCheck {
  readonly rows: number;
  /** Rows of each label, in the order they come up. */
  readonly labels: Readonly<Record<string, number>>;
  /** Code points of the longest text, a pair's texts together. */
  readonly longest: number;
  readonly emptyTexts: number;
  /** Rows beyond the first of their texts. */
  readonly duplicates: number;
  /** Rows whose texts stand in dev. */
  readonly inDev: number;
  /** Rows that cannot be used, or 0 for the whole table. */
  readonly problems: readonly TableProblem[];
}

/** Code points of a text. */
function size(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i += (text.codePointAt(i) as number) > 0xffff ? 2 : 1) count++;
  return count;
}

/**
 * Everything that is wrong with a table before anything is trained on it, and what it holds.
 *
 * Problems are missing columns; empty texts and labels; half a surrogate pair in a text; labels that look alike and are not the same; targets
 * that are no numbers; a single class; and of `dev`, labels that the table does not have. Duplicates are counted: `duplicateRows` says which.
 *
 * @param options.dev a second table with the same columns
 */
export function checkTable(table: Table, options: ColumnNames & { readonly dev?: Table }): TableCheck {
  checkOptions('checkTable', options, { ...columnRules, dev: anything });
  const { dev, ...names } = options;
  checkIsTable('checkTable', table);
  const empty = { labels: {}, longest: 0, emptyTexts: 0, duplicates: 0, inDev: 0 };
  const missing = [
    ...missingColumns(table, names),
    ...(dev ? missingColumns(dev, names).map((one) => ({ ...one, problem: `of ${dev.source} ${one.problem}` })) : []),
  ];
  if (missing.length > 0) return { rows: table.rows.length, ...empty, problems: missing };
  const problems: TableProblem[] = [];
  const { text, pair, label, target } = names;
  const columns = pair === undefined ? [text] : [text, pair];
  const labels = new Map<string, number>();
  let longest = 0;
  let emptyTexts = 0;
  for (const [i, row] of table.rows.entries()) {
    let characters = 0;
    for (const column of columns) {
      const value = cellText(row[column]);
      if (value === undefined || value.trim() === '') {
        emptyTexts++;
        problems.push({ row: i + 1, column, problem: value === undefined ? 'no text' : 'the text is empty' });
        continue;
      }
      const lone = loneSurrogate(value);
      if (lone !== undefined) problems.push({ row: i + 1, column, problem: lone });
      characters += size(value);
    }
    if (characters > longest) longest = characters;
    if (label !== undefined) {
      const value = cellText(row[label]);
      if (value === undefined || value.trim() === '') problems.push({ row: i + 1, column: label, problem: 'no label' });
      else labels.set(value, (labels.get(value) ?? 0) + 1);
    }
    if (target !== undefined && !Number.isFinite(cellNumber(row[target])))
      problems.push({
        row: i + 1,
        column: target,
        problem: `${typeof row[target] === 'number' ? row[target] : (JSON.stringify(row[target]) ?? 'nothing')} is no number`,
      });
  }
  if (label !== undefined)
    for (const problem of labelProblems(
      label,
      table.rows.map((row, i) => ({ row: i + 1, label: row[label] })),
    ))
      problems.push(problem);
  if (label !== undefined && labels.size === 1)
    problems.push({
      row: 0,
      column: label,
      problem: `every row has the label '${[...labels.keys()][0]}'; there must be two classes`,
    });
  if (dev && label !== undefined) {
    const unknown = new Map<string, number>();
    for (const [i, row] of dev.rows.entries()) {
      const value = cellText(row[label]);
      if (value !== undefined && value.trim() !== '' && !labels.has(value) && !unknown.has(value))
        unknown.set(value, i + 1);
    }
    for (const [value, row] of unknown)
      problems.push({
        row: 0,
        column: label,
        problem: `'${value}' (row ${row} of ${dev.source}) is no label of ${table.source}`,
      });
  }
  const { within, inDev } = duplicateRows(table, { columns, ...(dev && { dev }) });
  return {
    rows: table.rows.length,
    labels: Object.fromEntries(labels),
    longest,
    emptyTexts,
    duplicates: within.length,
    inDev: inDev.length,
    problems,
  };
}
