import type { ClueRow, ReadRows } from '../clue/clue-task.ts';
import { checkText } from '../clue/rows/check-text.ts';
import { type ParsedLine, readLines } from '../clue/rows/read-lines.ts';

/** Fields of a line by the names of its columns; what is wrong is noted. */
export interface TabFields {
  /** A text that is not blank. */
  text(column: string): string;
  /** A field as it stands, undefined where the file has no such column. */
  optional(column: string): string | undefined;
  /** Notes a problem of the line. */
  problem(reason: string): void;
}

/** What a tab-separated file looks like. */
export interface TabLayout {
  /** Columns that must be there. */
  readonly needed: readonly string[];
  /** Names of the columns of a file without a header. */
  readonly headerless?: readonly string[];
  /** Why lines with fewer fields are left out; without, they are problems. */
  readonly leaveOutShort?: string;
}

/**
 * Reads tab-separated lines as GLUE's reference does: no field is quoted, a quotation mark is a character like others, and columns are found by the
 * header's names.
 *
 * @param build the row of a line, and what its label is
 */
export function readTabRows<Row extends ClueRow>(
  text: string,
  file: string,
  { needed, headerless, leaveOutShort }: TabLayout,
  build: (fields: TabFields, line: number, problems: readonly string[]) => ParsedLine<Row>,
): ReadRows<Row> {
  const plain = text.replace(/^\uFEFF/, '');
  const end = plain.indexOf('\n');
  const [head, body] = headerless || end < 0 ? [plain, ''] : [plain.slice(0, end), plain.slice(end + 1)];
  const columns = headerless ?? head.replace(/\r$/, '').split('\t');
  const missing = needed.filter((column) => !columns.includes(column));
  if (missing.length > 0 && plain !== '') {
    const reason = `the header has no ${missing.map((name) => `'${name}'`).join(', ')}; it has ${columns.map((name) => `'${name.slice(0, 30)}'`).join(', ')}`;
    return { file, lines: 1, rows: [], problems: [{ file, line: 1, reason }], dropped: [] };
  }
  return readLines<Row>(
    headerless ? plain : body,
    file,
    (content, line) => {
      const cells = content.split('\t');
      if (cells.length < columns.length && leaveOutShort) return { dropped: leaveOutShort };
      if (cells.length !== columns.length)
        return {
          problems: [`${cells.length} fields between tabs, expected ${columns.length} (${columns.join(', ')})`],
        };
      const problems: string[] = [];
      const fields: TabFields = {
        text: (column) => {
          const value = cells[columns.indexOf(column)] ?? '';
          const wrong = checkText(value);
          if (wrong !== undefined) problems.push(`${column} ${wrong}`);
          return value;
        },
        optional: (column) => cells[columns.indexOf(column)],
        problem: (reason) => problems.push(reason),
      };
      const parsed = build(fields, line, problems);
      return problems.length > 0 ? { problems } : parsed;
    },
    headerless ? 1 : 2,
  );
}
