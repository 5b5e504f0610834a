import { readFileSync } from 'node:fs';
import type { ClueProblem, ClueRow, ReadRows } from '../../index.ts';
import { decodeLines } from './decode-lines.ts';

const reason = 'the line is no UTF-8';

/**
 * Reads a file of rows from the disk; lines that are no UTF-8 are problems like the others.
 *
 * @param file what it is called in messages @param read reads its text
 */
export function readRowsFile<Row extends ClueRow>(
  path: string,
  file: string,
  read: (text: string, file: string) => ReadRows<Row>,
): ReadRows<Row> {
  const { text, bad } = decodeLines(readFileSync(path));
  const found = read(text, file);
  if (bad.size === 0) return found;
  const known = new Map(found.problems.map((problem) => [problem.line, problem]));
  for (const line of bad) {
    const other = known.get(line);
    known.set(line, { file, line, reason: other ? `${reason}; ${other.reason}` : reason });
  }
  const problems: readonly ClueProblem[] = [...known.values()].sort((a, b) => a.line - b.line);
  const isGood = ({ line }: { readonly line: number }) => !bad.has(line);
  const flaws = found.flaws?.filter(isGood);
  return {
    ...found,
    rows: found.rows.filter(isGood),
    dropped: found.dropped.filter(isGood),
    problems,
    ...(flaws && { flaws }),
  };
}
