import type { ClueProblem, ReadRows } from '../clue-task.ts';

/** What a line turned out to be. */
export type ParsedLine<Row> =
  | { readonly row: Row }
  | { readonly dropped: string }
  | { readonly problems: readonly string[] };

/**
 * Splits a text at `\n` only (U+2028, U+2029 and vertical tabs stand inside texts) and parses each line.
 *
 * A byte-order mark at the start and a carriage return at the end of a line are taken off; a missing last `\n` is allowed;
 * an empty line is a problem.
 *
 * @param parse line without its end, and its number
 * @param first number of the first line, default 1
 */
export function readLines<Row>(
  text: string,
  file: string,
  parse: (line: string, number: number) => ParsedLine<Row>,
  first = 1,
): ReadRows<Row> {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const rows: Row[] = [];
  const problems: ClueProblem[] = [];
  const dropped: ClueProblem[] = [];
  for (const [index, ended] of lines.entries()) {
    const line = index + first;
    const content = ended.endsWith('\r') ? ended.slice(0, -1) : ended;
    const parsed = content.trim() === '' ? { problems: ['the line is empty'] } : parse(content, line);
    if ('row' in parsed) rows.push(parsed.row);
    else if ('dropped' in parsed) dropped.push({ file, line, reason: parsed.dropped });
    else problems.push({ file, line, reason: parsed.problems.join('; ') });
  }
  return { file, lines: lines.length, rows, problems, dropped };
}
