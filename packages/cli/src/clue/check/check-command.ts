import { existsSync } from 'node:fs';
import { benchmarkTasks } from '@cloze/datasets';
import { listProblems } from '@cloze/datasets/node';
import { plainTable } from '../plain-table.ts';
import { checkData } from './check-data.ts';
import type { AcrossRecord, CheckRecord, FileRecord, ProblemRecord } from './check-record.ts';

function tableOf(records: readonly CheckRecord[]): string {
  const files = plainTable(
    ['file', 'rows', 'bad', 'left out', 'labels', 'chars: median', '95 %', 'most', 'duplicates', 'conflicts'],
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  const across = plainTable(['rows of', 'that stand in', 'are', 'of', 'labelled otherwise'], [2, 3, 4]);
  for (const record of records) {
    if (record.kind === 'file') {
      const { file, rows, problems, dropped, labels, missing_labels, characters, duplicates, conflicts } = record;
      const all = labels === undefined ? 0 : Object.keys(labels).length;
      files.push([
        file,
        ...[rows, problems, dropped].map(String),
        labels === undefined ? '' : `${all - (missing_labels?.length ?? 0)} of ${all}`,
        ...[characters?.median, characters?.p95, characters?.most, duplicates, conflicts].map((n) => `${n ?? ''}`),
      ]);
    } else if (record.kind === 'across') {
      const { file, other, rows, duplicates, conflicts } = record;
      across.push([file, other, `${duplicates}`, `${rows}`, `${conflicts}`]);
    }
  }
  return `${files.toString()}\n${across.length > 0 ? `${across.toString()}\n` : ''}`;
}

/** Reads every file of a data folder and tells what it holds; fails when any of them has a bad line. */
export async function checkCommand(
  names: readonly string[],
  { data, json }: { readonly data: string; readonly json: boolean },
): Promise<void> {
  if (!existsSync(data))
    throw new Error(`${data} is no folder; pass the one that holds clue/, csl-title/, sentiment/.`);
  const started = performance.now();
  const records: CheckRecord[] = [];
  for await (const record of checkData(
    data,
    names.length === 0 ? undefined : benchmarkTasks.filter(({ name }) => names.includes(name)),
  )) {
    records.push(record);
    if (json) process.stdout.write(`${JSON.stringify(record)}\n`);
  }
  const files = records.filter((record): record is FileRecord => record.kind === 'file');
  const problems = records.filter((record): record is ProblemRecord => record.kind === 'problem');
  const shared = records.filter((record): record is AcrossRecord => record.kind === 'across' && record.duplicates > 0);
  const unread = records.flatMap((record) => (record.kind === 'unread' ? [record.file] : []));
  const total = (of: (record: FileRecord) => number) => files.reduce((sum, record) => sum + of(record), 0);
  const summary = {
    kind: 'summary',
    files: files.length,
    rows: total(({ rows }) => rows),
    problems: problems.length,
    dropped: total(({ dropped }) => dropped),
    duplicates: total(({ duplicates }) => duplicates),
    unread: unread.length,
    seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
  };
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else if (files.length > 0) process.stdout.write(tableOf(records));
  const absent = names.filter((name) => !files.some(({ task }) => task === name));
  if (absent.length > 0 || (files.length === 0 && problems.length === 0))
    throw new Error(
      `${data} holds no file of ${absent.join(', ') || 'a known task'}. The layout is clue/TASK/train.json and so on (cloze data list); to fetch: cloze data pull ${absent.join(' ') || 'TASK'} --data ${data}`,
    );
  process.stderr.write(
    `${summary.files} files, ${summary.rows} rows in ${summary.seconds} s; ${summary.dropped} lines left out, ${summary.duplicates} duplicates inside files, pairs of files that share texts: ${shared.length}${unread.length > 0 ? `; not read: ${unread.join(', ')}` : ''}\n`,
  );
  if (problems.length > 0) {
    const bad = new Set(problems.map(({ file }) => file)).size;
    throw new Error(
      `problems: ${problems.length}, in files: ${bad}; mend or remove these lines.\n${listProblems(problems)}`,
    );
  }
}
