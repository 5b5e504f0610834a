import { parseJson } from '../../tables/parse-json.ts';
import type { ClueProblem, ClueRow, ReadRows } from '../clue-task.ts';

/** What a part of a JSON document turned out to be. */
export interface ReadPart<Row> {
  readonly row?: Row;
  readonly problems: readonly string[];
  readonly flaws?: readonly string[];
}

/**
 * Reads a file that is one JSON document whose rows are its questions, which are numbered from 1 as lines are in other files.
 *
 * @param partsOf what it holds, or why it is none
 */
export function readJsonDocument<Row extends ClueRow>(
  text: string,
  file: string,
  partsOf: (value: unknown) => readonly ((line: number) => ReadPart<Row>)[] | string,
): ReadRows<Row> {
  let parts: ReturnType<typeof partsOf>;
  try {
    parts = partsOf(parseJson(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    parts = `the file is no JSON: ${(error as Error).message}`;
  }
  if (typeof parts === 'string')
    return { file, lines: 1, rows: [], problems: [{ file, line: 1, reason: parts }], dropped: [], flaws: [] };
  const [rows, problems, flaws]: [Row[], ClueProblem[], ClueProblem[]] = [[], [], []];
  for (const [index, part] of parts.entries()) {
    const line = index + 1;
    const read = part(line);
    if (read.problems.length > 0 || read.row === undefined)
      problems.push({ file, line, reason: read.problems.join('; ') });
    else {
      rows.push(read.row);
      for (const reason of read.flaws ?? []) flaws.push({ file, line, reason });
    }
  }
  return { file, lines: parts.length, rows, problems, dropped: [], flaws };
}
