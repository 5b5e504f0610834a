import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ClueRow,
  type ClueTask,
  duplicatesAcross,
  duplicatesWithin,
  normaliseText,
  type ReadRows,
} from '@cloze/datasets';
import { readTaskFile } from '@cloze/datasets/node';
import type { CheckRecord, FileRecord } from './check-record.ts';
import { summariseLengths } from './summarise-lengths.ts';

function describeFile(task: ClueTask, split: string, read: ReadRows<ClueRow>): FileRecord {
  const { rows, lines, file, problems, dropped, flaws = [] } = read;
  const counts = new Map(task.labels.map((label) => [label, 0]));
  for (const { label } of rows) if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  const isLabelled = [...counts.values()].some((count) => count > 0);
  const characters = summariseLengths(rows.map((row) => task.texts(row).join('')));
  const targets = summariseLengths(rows.flatMap((row) => task.target?.(row) ?? []));
  const ids = rows.flatMap(({ id }) => (id === undefined ? [] : [String(id)]));
  const { duplicates, conflicts } = duplicatesWithin(task, rows);
  return {
    kind: 'file',
    task: task.name,
    file,
    split,
    lines,
    rows: rows.length,
    problems: problems.length,
    dropped: dropped.length,
    ...(flaws.length > 0 && { flaws: flaws.length }),
    duplicates,
    conflicts,
    ...(ids.length > 0 && { duplicate_ids: ids.length - new Set(ids).size }),
    ...(characters && { characters }),
    ...(targets && { target_characters: targets }),
    ...(isLabelled && {
      labels: Object.fromEntries(counts),
      missing_labels: [...counts].filter(([, count]) => count === 0).map(([label]) => label),
    }),
  };
}

/**
 * Reads every file of a task that is there and yields what it holds, its bad lines, and what its splits share.
 *
 * @param heldOut gets the normalised texts of each row of dev and test files, to be looked up in what is pretrained on
 */
export function* checkTask(
  task: ClueTask,
  data: string,
  heldOut: Map<string, readonly (readonly string[])[]>,
): Generator<CheckRecord> {
  const sets = task.files.filter(({ name }) => existsSync(join(data, task.folder, name)));
  const done: { readonly split: string; readonly read: ReadRows<ClueRow> }[] = [];
  for (const file of sets) {
    const read = readTaskFile(task, data, file);
    yield describeFile(task, file.split, read);
    for (const problem of [...read.problems, ...(read.flaws ?? [])]) yield { kind: 'problem', ...problem };
    if (read.lines === 0) yield { kind: 'problem', file: read.file, line: 0, reason: 'the file is empty' };
    // What is evaluated on is looked up in what was trained on.
    for (const other of done) {
      if (other.split === file.split) continue;
      yield {
        kind: 'across',
        task: task.name,
        file: read.file,
        other: other.read.file,
        ...duplicatesAcross(task, read.rows, other.read.rows),
      };
    }
    if (file.split === 'dev' || file.split === 'test')
      heldOut.set(
        read.file,
        read.rows.map((row) => task.texts(row).map(normaliseText)),
      );
    done.push({ split: file.split, read });
  }
}
