import { parseJson } from './parse-json.ts';
import { type Table, TableError, type TableProblem } from './table.ts';

const isRow = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Rows that are objects, with the columns of all of them in the order they come up. */
function tableOf(values: readonly unknown[], source: string, problems: TableProblem[]): Table {
  const columns = new Set<string>();
  const rows: Record<string, unknown>[] = [];
  for (const [i, value] of values.entries()) {
    if (value === undefined) continue;
    if (isRow(value)) {
      for (const name of Object.keys(value)) columns.add(name);
      rows.push(value);
    } else
      problems.push({
        row: i + 1,
        problem: `is ${Array.isArray(value) ? 'a list' : JSON.stringify(value)}, expected an object`,
      });
  }
  if (problems.length > 0)
    throw new TableError(
      source,
      problems.sort((a, b) => a.row - b.row),
    );
  return { source, columns: [...columns], rows };
}

/** JSON lines: an object a line, no key of it twice; empty lines are passed over. @throws {TableError} naming every line that is none */
export function readJsonLines(text: string, source: string): Table {
  const problems: TableProblem[] = [];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const values = lines.map((line, i): unknown => {
    try {
      return parseJson(line);
    } catch (error) {
      problems.push({ row: i + 1, problem: `is no JSON: ${(error as Error).message}` });
      return undefined;
    }
  });
  return tableOf(values, source, problems);
}

/** JSON: an array of objects, no key of one twice. @throws {TableError} when it is none, naming every entry that is no object */
export function readJson(text: string, source: string): Table {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    const areLines = /^\s*\{.*\}\s*\n\s*\{/.test(text);
    throw new TableError(source, [
      {
        row: 0,
        problem: areLines
          ? 'holds JSON lines, an object each, and not one array; end its name in .jsonl'
          : `is no JSON: ${(error as Error).message}`,
      },
    ]);
  }
  if (!Array.isArray(value))
    throw new TableError(source, [{ row: 0, problem: 'holds no array; expected [{ … }, …], a row each' }]);
  return tableOf(value, source, []);
}
