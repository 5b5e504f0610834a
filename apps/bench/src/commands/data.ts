import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ClueTask, clueTasks } from '@cloze/eval';
import Table from 'cli-table3';
import { Argument, type Command } from 'commander';
import { checkData } from '../data/check/check-data.ts';
import type { AcrossRecord, CheckRecord, FileRecord, ProblemRecord } from '../data/check/check-record.ts';
import { pinsName } from '../data/pull/pins.ts';
import { type PullProblem, pullData } from '../data/pull/pull-data.ts';
import { type DataSource, dataSources } from '../data/pull/sources.ts';
import { listProblems } from '../data/read/list-problems.ts';
import { progress } from '../progress.ts';

const plainTable = (head: string[], right: readonly number[]) =>
  new Table({
    head,
    colAligns: head.map((_, i) => (right.includes(i) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });

function named(names: readonly string[]): readonly ClueTask[] | undefined {
  return names.length === 0 ? undefined : clueTasks.filter(({ name }) => names.includes(name));
}

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
  for await (const record of checkData(data, named(names))) {
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
    ...{ rows: total(({ rows }) => rows), problems: problems.length, dropped: total(({ dropped }) => dropped) },
    ...{ duplicates: total(({ duplicates }) => duplicates), unread: unread.length },
    seconds: Number(((performance.now() - started) / 1000).toFixed(2)),
  };
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else if (files.length > 0) process.stdout.write(tableOf(records));
  const absent = names.filter((name) => !files.some(({ task }) => task === name));
  if (absent.length > 0 || (files.length === 0 && problems.length === 0))
    throw new Error(
      `${data} holds no file of ${absent.join(', ') || 'a known task'}. The layout is clue/TASK/train.json and so on (pnpm bench data list); to fetch: pnpm bench data pull ${absent.join(' ') || 'TASK'} --data ${data}`,
    );
  process.stderr.write(
    `${summary.files} files, ${summary.rows} rows in ${summary.seconds} s; ${summary.dropped} lines left out, ${summary.duplicates} duplicates inside files, pairs of files that share texts: ${shared.length}${unread.length > 0 ? `; not read: ${unread.join(', ')}` : ''}\n`,
  );
  if (problems.length > 0) {
    const bad = new Set(problems.map(({ file }) => file)).size;
    throw new Error(
      `${problems.length} problems in ${bad} files; mend or remove these lines.\n${listProblems(problems)}`,
    );
  }
}

/** Lists the tasks: kind, labels, metric, files, where predictions go and where the data come from; with a folder, what is there. */
export function listCommand({ data, json }: { readonly data?: string; readonly json: boolean }): void {
  const table = plainTable(
    ['task', 'what', 'kind', 'labels', 'metric', 'folder', 'handed in as', ...(data === undefined ? [] : ['there'])],
    [3],
  );
  for (const { name, title, kind, labels, metrics, folder, files, submissions } of clueTasks) {
    const there = data === undefined ? [] : files.filter((file) => existsSync(join(data, folder, file.name)));
    if (json) {
      const sources = dataSources.filter(({ task }) => task === name).map(({ url, sha256 }) => ({ url, sha256 }));
      const known = { task: name, title, kind, labels, metrics, folder, files, submissions, sources };
      process.stdout.write(
        `${JSON.stringify(data === undefined ? known : { ...known, there: there.map((file) => file.name) })}\n`,
      );
      continue;
    }
    table.push([
      ...[name, title, kind, labels.length === 0 ? '' : `${labels.length}`, metrics[0] as string, folder],
      submissions.map(({ file }) => file).join(', '),
      ...(data === undefined ? [] : [there.map((file) => file.name).join(', ')]),
    ]);
  }
  if (!json) process.stdout.write(`${table.toString()}\n`);
}

const origins = {
  recorded: 'equals the recorded checksum',
  pinned: 'equals the checksum of the first fetch',
  'first fetch': `no checksum is known for it: pinned in ${pinsName}`,
} as const;

/** Fetches official files into a data folder; exit code 1 when any could not be had, 130 when interrupted. */
export async function pullCommand(
  names: readonly string[],
  { data, from, json }: { readonly data: string; readonly from?: string; readonly json: boolean },
): Promise<void> {
  const sources = dataSources.filter(({ task }) => names.length === 0 || names.includes(task));
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const problems: PullProblem[] = [];
  let fetched = 0;
  try {
    const optionsOf = ({ path }: DataSource) => {
      let show: ReturnType<typeof progress> | undefined;
      return {
        signal: controller.signal,
        ...(from !== undefined && { from }),
        report: (bytes: number, total: number | undefined) => {
          // Without a total there is nothing to measure by.
          if (total === undefined) return;
          show ??= progress(path, total);
          show(bytes, `bytes`);
        },
      };
    };
    for await (const result of pullData(data, sources, optionsOf)) {
      if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
      if (result.kind === 'problem') {
        problems.push(result);
        process.stderr.write(`${result.task}: ${result.reason}\n`);
        continue;
      }
      fetched += result.state === 'fetched' ? 1 : 0;
      const line = `${result.task}: ${result.files.join(', ')} ${result.state === 'there' ? 'there already, unchanged' : `fetched (${result.bytes} bytes; ${origins[result.checked]})`}`;
      (json ? process.stderr : process.stdout).write(`${line}\n`);
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    process.stderr.write('bench: stopped; the same command goes on where it stopped.\n');
    process.exitCode = 130;
    return;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  if (problems.length > 0)
    throw new Error(`${problems.length} of ${sources.length} sources could not be brought in; they are named above.`);
  process.stderr.write(
    `${fetched} fetched, ${sources.length - fetched} there already. To see what they hold: pnpm bench data check ${names.map((name) => `${name} `).join('')}--data ${data}\n`,
  );
}

/** Declares `bench data list`, `bench data pull` and `bench data check`. */
export function addData(program: Command): void {
  const data = program.command('data').description('data sets: what is known, fetch them, check them');
  const tasks = () => new Argument('[tasks...]', 'default all').choices(clueTasks.map(({ name }) => name));
  data
    .command('list')
    .description('the tasks: kind, labels, metric, folder, file to hand in')
    .option('--data <folder>', 'tell which files are there')
    .option('--json', 'one JSON object a task on stdout, with files and sources', false)
    .addHelpText('after', '\nExample: pnpm bench data list --data ~/clue-data')
    .action(listCommand);
  data
    .command('pull')
    .description('fetch the official files, compare them with checksums, and put them in place whole or not at all')
    .addArgument(tasks())
    .requiredOption('--data <folder>', 'where they go; made if it is not there')
    .option('--from <where>', 'a mirror’s address, or a folder with the archives fetched by other means')
    .option('--json', 'one JSON object a source on stdout', false)
    .addHelpText(
      'after',
      `
CLUE publishes no checksums: six archives are compared with those that Hugging Face's loader recorded in 2021; of the others what is
fetched first is pinned in ${pinsName} of the folder. Downloads go on where they stopped. The data sets keep their own licences.

Example: pnpm bench data pull tnews csl --data ~/clue-data`,
    )
    .action(pullCommand);
  data
    .command('check')
    .description('read every file: rows, bad lines, labels, lengths, duplicates within and across splits')
    .addArgument(tasks())
    .requiredOption('--data <folder>', 'a folder with clue/TASK/train.json and so on')
    .option('--json', 'one JSON object a file, pair of files, problem and summary on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench data check tnews ocnli --data ~/clue-data')
    .action(checkCommand);
}
