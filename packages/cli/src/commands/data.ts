import { checkTable, type Table, type TableCheck, TableError } from '@cloze/datasets';
import { openTable } from '@cloze/datasets/node';
import type { Command } from 'commander';
import { defined } from '../training/defined.ts';

interface DataCheckOptions {
  readonly text: string;
  readonly pair?: string;
  readonly label?: string;
  readonly value?: string;
  readonly dev?: string;
  readonly json: boolean;
}

/** What a file holds: also where it cannot be read at all. */
async function checkOf(file: string, { text, pair, label, value, dev }: DataCheckOptions): Promise<TableCheck> {
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
export async function dataCheckCommand(file: string, options: DataCheckOptions): Promise<void> {
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

/** Declares `cloze data check`. */
export function addData(program: Command): void {
  const data = program.command('data').description('check a table before anything is trained on it');
  data
    .command('check')
    .description(
      'rows, labels, lengths, duplicates, and what keeps rows from being used; exit code 1 where there is any',
    )
    .argument('<file>', 'CSV, TSV, JSON, JSON lines or Parquet, .gz or not; a pattern in quotes for several')
    .requiredOption('--text <column>', 'the text')
    .option('--pair <column>', 'the second text of a pair')
    .option('--label <column>', 'the class')
    .option('--value <column>', 'a number to be predicted')
    .option('--dev <file>', 'a second table: rows that stand in both, labels that only it has')
    .option('--json', 'one JSON object on stdout: rows, labels, longest, problems', false)
    .addHelpText('after', '\nExample: cloze data check reviews.csv --text review --label stars --json')
    .action(dataCheckCommand);
}
