import { type CsvError, parse } from 'csv-parse/browser/esm/sync';
import { type Table, TableError, type TableProblem } from './table.ts';

/** Two headers of one name, and headers without one. */
export function headerProblems(columns: readonly string[]): TableProblem[] {
  const first = new Map<string, number>();
  return columns.flatMap((column, i): TableProblem[] => {
    if (column.trim() === '') return [{ row: 0, problem: `header ${i + 1} is empty; name the column` }];
    const before = first.get(column);
    first.set(column, before ?? i + 1);
    return before === undefined
      ? []
      : [{ row: 0, column, problem: `stands twice in the header, at places ${before} and ${i + 1}; rename one` }];
  });
}

/**
 * CSV or TSV as a table: the first row names the columns.
 *
 * RFC 4180 by csv-parse, which is maintained and strict: quotes that do not close or stand inside a cell are told, not guessed at.
 *
 * @throws {TableError} with every ragged row, header and quote that is wrong
 */
export function readSeparated(text: string, source: string, delimiter: ',' | '\t'): Table {
  const problems: TableProblem[] = [];
  let records: string[][];
  try {
    records = parse(text, {
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      on_skip: (error: CsvError | undefined) => {
        if (error) problems.push({ row: Math.max(0, Number(error.records ?? 0)), problem: quoteProblem(error) });
        return undefined;
      },
    });
  } catch (error) {
    throw new TableError(source, [...problems, { row: 0, problem: quoteProblem(error as CsvError) }]);
  }
  const [columns = [], ...cells] = records;
  for (const problem of headerProblems(columns)) problems.push(problem);
  for (const [i, row] of cells.entries())
    if (row.length !== columns.length)
      problems.push({ row: i + 1, problem: `${row.length} cells where the header has ${columns.length}` });
  if (problems.length > 0) throw new TableError(source, problems);
  return {
    source,
    columns,
    rows: cells.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] as string]))),
  };
}

/** What csv-parse met, and what to do about it. */
function quoteProblem({ code, message, lines }: CsvError & { lines?: number }): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED')
    return `a quote opens here and does not close before the end, line ${lines}; close it, or double the quotes inside a cell`;
  return code === 'INVALID_OPENING_QUOTE' || code === 'CSV_INVALID_CLOSING_QUOTE'
    ? `line ${lines}: a quote stands inside a cell; put the cell in quotes and double those inside`
    : message;
}
