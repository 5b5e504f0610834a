import { existsSync, statSync } from 'node:fs';
import { benchmarkTasks, checkTable, type Table, type TableCheck, TableError } from '@cloze/datasets';
import { openTable } from '@cloze/datasets/node';
import { Argument, type Command } from 'commander';
import { checkCommand } from '../clue/check/check-command.ts';
import { listCommand } from '../clue/list-command.ts';
import { pinsName } from '../clue/pull/pins.ts';
import { pullCommand } from '../clue/pull/pull-command.ts';
import { pullNames } from '../clue/pull/sources.ts';
import { submitCommand } from '../clue/submit/submit-command.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { defined } from '../training/defined.ts';

interface DataCheckOptions {
  readonly text?: string;
  readonly pair?: string;
  readonly label?: string;
  readonly value?: string;
  readonly dev?: string;
  readonly json: boolean;
}

type TableOptions = DataCheckOptions & { readonly text: string };

/** What a file holds: also where it cannot be read at all. */
async function checkOf(file: string, { text, pair, label, value, dev }: TableOptions): Promise<TableCheck> {
  let tables: [Table, Table | undefined];
  try {
    tables = [await openTable(file), dev === undefined ? undefined : await openTable(dev)];
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    const { problems } = error;
    return { rows: 0, labels: {}, longest: 0, emptyTexts: 0, duplicates: 0, inDev: 0, problems };
  }
  const [table, devTable] = tables;
  return checkTable(table, { text, ...defined({ pair, label, target: value, dev: devTable }) });
}

const counted = (count: number, what: string) => `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;

/**
 * Says what a table holds and what keeps rows of it from being used, before anything is trained on it.
 *
 * @throws {TableError} after that, where a row cannot be used
 */
export async function dataCheckCommand(file: string, options: TableOptions): Promise<void> {
  const found = await checkOf(file, options);
  const { rows, labels, longest, duplicates, inDev, problems } = found;
  if (options.json) process.stdout.write(`${JSON.stringify(found)}\n`);
  else {
    const named = Object.entries(labels).map(([name, count]) => `${name} ${count.toLocaleString('en')}`);
    const lines = [
      `${file}: ${counted(rows, 'row')}, the longest of ${counted(longest, 'character')}`,
      ...(named.length > 0 ? [`${counted(named.length, 'label')}: ${named.join(', ')}`] : []),
      ...(duplicates > 0 ? [`${counted(duplicates, 'row')} stand twice; fine-tune leaves them out`] : []),
      ...(inDev > 0 ? [`${counted(inDev, 'row')} stand in dev; fine-tune leaves them out`] : []),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  if (problems.length > 0) throw new TableError(file, problems);
}

/** `check`: of a folder the tasks' files, of anything else the table. @throws {UsageError} for options that do not belong together */
async function checkAny(path: string, options: DataCheckOptions & { readonly tasks?: string }): Promise<void> {
  const { tasks, text, json } = options;
  if (existsSync(path) && statSync(path).isDirectory()) {
    const spare = (['text', 'pair', 'label', 'value', 'dev'] as const).filter((name) => options[name] !== undefined);
    if (spare.length > 0)
      throw new UsageError(
        `${path} is a folder of benchmark tasks; ${spare.map((name) => `--${name}`).join(', ')} are of a table.`,
      );
    return checkCommand(tasks === undefined ? [] : tasksNamed(tasks.split(',')), { data: path, json });
  }
  if (tasks !== undefined) throw new UsageError(`${path} is no folder, so it has no --tasks.`);
  if (text === undefined) throw new UsageError(`name the column of ${path} that holds the text: --text COLUMN.`);
  return dataCheckCommand(path, { ...options, text });
}

/** Names of tasks, checked. @throws {UsageError} naming those that are none */
function tasksNamed(names: readonly string[]): readonly string[] {
  const known = benchmarkTasks.map(({ name }) => name);
  const wrong = names.filter((name) => !known.includes(name));
  if (wrong.length > 0) throw new UsageError(`there is no task ${wrong.join(', ')}; there are ${known.join(', ')}.`);
  return names;
}

/** Declares `cloze data`. */
export function addData(program: Command): void {
  const data = program
    .command('data')
    .description('check tables before anything is trained; fetch, check and hand in tasks of CLUE, GLUE and others');
  data
    .command('check')
    .description(
      'rows, labels, lengths, duplicates, and what keeps rows from being used; exit code 1 where there is any',
    )
    .argument(
      '<path>',
      'CSV, TSV, JSON, JSON lines or Parquet, .gz or not, a pattern in quotes for several; or a folder of tasks (cloze data list)',
    )
    .option('--text <column>', 'of a table: the text')
    .option('--pair <column>', 'the second text of a pair')
    .option('--label <column>', 'the class')
    .option('--value <column>', 'a number to be predicted')
    .option('--dev <file>', 'a second table: rows that stand in both, labels that only it has')
    .option('--tasks <names>', 'of a folder: these tasks, with commas between; default every file')
    .option('--json', 'of a table one JSON object: rows, labels, longest, problems; of a folder one a file', false)
    .addHelpText(
      'after',
      `
Examples: cloze data check reviews.csv --text review --label stars --json
          cloze data check clue-data --tasks tnews,ocnli`,
    )
    .action(checkAny);
  data
    .command('list')
    .description('tasks of CLUE, GLUE and others: kind, labels, metric, folder, file to hand in')
    .option('--data <folder>', 'tell which files are there')
    .option('--json', 'one JSON object a task on stdout, with files and sources', false)
    .addHelpText('after', '\nExample: cloze data list --data clue-data')
    .action(listCommand);
  data
    .command('pull')
    .description('fetch the official files, compare them with checksums, and put them in place whole or not at all')
    .addArgument(new Argument('[tasks...]', 'default CLUE’s and FewCLUE’s; glue for all of GLUE’s').choices(pullNames))
    .requiredOption('--data <folder>', 'where they go; made if it is not there')
    .option('--from <where>', 'a mirror’s address, or a folder with the archives fetched by other means')
    .option('--json', 'one JSON object a source on stdout', false)
    .addHelpText(
      'after',
      `
CLUE publishes no checksums: six archives are compared with those that Hugging Face's loader recorded in 2021; of the others what is
fetched first is pinned in ${pinsName} of the folder. Downloads go on where they stopped. The data sets keep their own licences.

Example: cloze data pull tnews csl --data clue-data`,
    )
    .action(pullCommand);
  data
    .command('submit')
    .description('check files of predictions against their test files and zip them for CLUE’s site')
    .argument(
      '<files...>',
      'files with official names, such as tnews11_predict.json, or folders: every such file of current test sets in them',
    )
    .requiredOption('--data <folder>', 'a folder with the test files')
    .option(
      '--out <file>',
      'the archive, named submit_TEAM_DATE.zip as CLUE asks; without it the files are only checked',
    )
    .option('--json', 'one JSON object a file and a problem on stdout', false)
    .addHelpText(
      'after',
      `
Examples: cloze data submit runs/tnews11_predict.json --data clue-data --out submit_us_20261125.zip
          cloze data submit runs/clue --data clue-data --out submit_us_20261125.zip`,
    )
    .action(submitCommand);
}
