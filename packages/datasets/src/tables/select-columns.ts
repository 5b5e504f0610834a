import { checkOptions, needed, type Rules, text } from '@cloze/checks';
import { loneSurrogate } from '../text/lone-surrogate.ts';
import { checkIsTable } from './check-is-table.ts';
import { labelProblems } from './label-problems.ts';
import { type Table, TableError, type TableProblem } from './table.ts';

/** Which columns hold what. */
export interface ColumnNames {
  readonly text: string;
  /** The second text of a pair. */
  readonly pair?: string;
  /** The class, by name. */
  readonly label?: string;
  /** A number to be predicted. */
  readonly target?: string;
}

/** What names of columns must be. */
export const columnRules: Rules<ColumnNames> = { text: needed(text), pair: text, label: text, target: text };

/** The columns asked for, row by row. */
export interface SelectedColumns {
  readonly texts: readonly string[];
  readonly pairs?: readonly string[];
  readonly labels?: readonly string[];
  readonly targets?: Float64Array;
}

/** A cell as text: strings as they are, finite numbers and booleans as written; undefined for what is none. */
export function cellText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Number.isFinite(value) || typeof value === 'boolean' ? String(value) : undefined;
}

/** Digits, with a sign, a point and an exponent or without: `0x10` is a number to JavaScript alone. */
const decimal = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;

/** A cell of a table as a number, from decimal digits where it is a text; NaN for what is none. */
export const cellNumber = (value: unknown): number =>
  typeof value === 'number' ? value : typeof value === 'string' && decimal.test(value) ? Number(value) : Number.NaN;

/** Columns that are asked for and not there, with those that are. */
export function missingColumns({ columns }: Table, names: ColumnNames): TableProblem[] {
  return Object.entries(names).flatMap(([role, column]) =>
    column === undefined || columns.includes(column)
      ? []
      : [
          {
            row: 0,
            column: String(column),
            problem: `is not there (asked for as ${role}); there are ${columns.map((name) => `'${name}'`).join(', ')}`,
          },
        ],
  );
}

/**
 * The texts, labels and targets of a table.
 *
 * @throws {TableError} naming every missing column, and every cell that is no text, no label or no number
 */
export function selectColumns(table: Table, names: ColumnNames): SelectedColumns {
  checkOptions('selectColumns', names, columnRules);
  checkIsTable('selectColumns', table);
  const missing = missingColumns(table, names);
  if (missing.length > 0) throw new TableError(table.source, missing);
  const problems: TableProblem[] = [];
  const texts = (column: string, what: string) =>
    table.rows.map((row, i) => {
      const text = cellText(row[column]);
      if (text === undefined || (what === 'label' && text.trim() === ''))
        problems.push({
          row: i + 1,
          column,
          problem: `holds ${JSON.stringify(row[column]) ?? 'nothing'}, expected a ${what}`,
        });
      const lone = text === undefined ? undefined : loneSurrogate(text);
      if (lone !== undefined) problems.push({ row: i + 1, column, problem: lone });
      return text ?? '';
    });
  const { text, pair, label, target } = names;
  const selected: SelectedColumns = {
    texts: texts(text, 'text'),
    ...(pair !== undefined && { pairs: texts(pair, 'text') }),
    ...(label !== undefined && { labels: texts(label, 'label') }),
    ...(target !== undefined && {
      targets: Float64Array.from(table.rows, (row, i) => {
        const value = cellNumber(row[target]);
        if (!Number.isFinite(value))
          problems.push({
            row: i + 1,
            column: target,
            problem: `holds ${JSON.stringify(row[target]) ?? 'nothing'}, expected a number`,
          });
        return value;
      }),
    }),
  };
  if (label !== undefined)
    for (const problem of labelProblems(
      label,
      table.rows.map((row, i) => ({ row: i + 1, label: row[label] })),
    ))
      problems.push(problem);
  if (problems.length > 0)
    throw new TableError(
      table.source,
      problems.sort((a, b) => a.row - b.row),
    );
  return selected;
}
