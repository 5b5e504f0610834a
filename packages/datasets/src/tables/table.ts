/** Something that keeps a row, or a whole file, from being used. */
export interface TableProblem {
  /** Row, counted from 1 without the header; 0 for the whole file. */
  readonly row: number;
  readonly column?: string;
  readonly problem: string;
}

/** Rows with columns by name. Cells of CSV and TSV are strings; JSON and Parquet keep what they hold. */
export interface Table {
  /** File, or what else it came from, for messages. */
  readonly source: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

const shown = 20;

/** A table that cannot be read or used as asked: one sentence with every problem (the first 20 spelt out). */
export class TableError extends RangeError {
  override readonly name = 'TableError';
  readonly source: string;
  readonly problems: readonly TableProblem[];

  constructor(source: string, problems: readonly TableProblem[]) {
    const told = problems
      .slice(0, shown)
      .map(
        ({ row, column, problem }) =>
          [row > 0 ? `row ${row}` : '', column === undefined ? '' : `column '${column}'`].filter(Boolean).join(', ') +
          (row > 0 || column !== undefined ? `: ${problem}` : problem),
      );
    super(
      `${source}: ${told.join('; ')}${problems.length > shown ? `; and ${problems.length - shown} more problems` : ''}.`,
    );
    this.source = source;
    this.problems = problems;
  }
}
