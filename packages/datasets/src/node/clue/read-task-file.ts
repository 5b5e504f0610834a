import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClueFile, ClueProblem, ClueRow, ClueTask, ReadRows } from '../../index.ts';
import { decodeLines } from './decode-lines.ts';

const reason = 'the line is no UTF-8';

/**
 * Reads one file of a task from a data folder; lines that are no UTF-8 are problems like the others.
 *
 * @param data the data folder, which holds the task's folder
 */
export function readTaskFile<Row extends ClueRow>(
  task: ClueTask<Row>,
  data: string,
  { name, labelled }: ClueFile,
): ReadRows<Row> {
  const file = `${task.folder}/${name}`;
  const { text, bad } = decodeLines(readFileSync(join(data, task.folder, name)));
  const read = task.read(text, file, { labelled });
  if (bad.size === 0) return read;
  const known = new Map(read.problems.map((problem) => [problem.line, problem]));
  for (const line of bad) {
    const other = known.get(line);
    known.set(line, { file, line, reason: other ? `${reason}; ${other.reason}` : reason });
  }
  const problems: readonly ClueProblem[] = [...known.values()].sort((a, b) => a.line - b.line);
  const isGood = ({ line }: { readonly line: number }) => !bad.has(line);
  return { ...read, rows: read.rows.filter(isGood), dropped: read.dropped.filter(isGood), problems };
}
