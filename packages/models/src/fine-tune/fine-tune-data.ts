import { checkRows } from '@cloze/checks';
import { checkIsTable, duplicateRows, type Table, withoutRows } from '@cloze/datasets';
import { permutation, streamFrom } from '@cloze/random';
import type { Example, PreparedTask, TaskTokenizer } from '../tasks/prepared-task.ts';
import type { Row } from '../tasks/row.ts';
import type { Task } from '../tasks/task.ts';
import { textColumnsOf } from '../tasks/task-columns.ts';
import { readExamples } from './read-examples.ts';
import type { ResolvedSettings } from './settings.ts';

/** Rows to learn from and to be judged on: tables, or rows as they are. */
export interface FineTuneData {
  readonly train: Table | readonly Row[];
  /** Default: `devShare` of train. */
  readonly dev?: Table | readonly Row[] | undefined;
}

const isTable = (rows: Table | readonly Row[]): rows is Table => !Array.isArray(rows);
/** Rows as a table. @throws {TypeError} for what are neither, naming the row that is none */
export function tableOf(rows: Table | readonly Row[], source: string): Table {
  if (Array.isArray(rows)) checkRows(`fineTune: ${source}: row`, rows);
  else checkIsTable(`fineTune: ${source}`, rows);
  return isTable(rows) ? rows : { source, columns: [...new Set(rows.flatMap((row) => Object.keys(row)))], rows };
}

/** A count and what is counted. */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** Train and dev as they are used: duplicates out of train, dev kept aside where none is given. @throws {RangeError} where no row of train is left */
export function splitData(
  { train, dev }: { readonly train: Table; readonly dev: Table | undefined },
  task: Task,
  settings: ResolvedSettings,
  say: (line: string) => void,
) {
  const columns = textColumnsOf(task);
  let rest = train;
  if (settings.removeDuplicates) {
    const { within, inDev } = duplicateRows(train, { columns, ...(dev && { dev }) });
    rest = withoutRows(train, [...within, ...inDev]);
    if (within.length > 0)
      say(`${train.source}: ${counted(within.length, 'row')} that stand twice are left out of train.`);
    if (inDev.length > 0)
      say(`${train.source}: ${counted(inDev.length, 'row')} that are dev rows are left out of train.`);
  }
  if (rest.rows.length === 0 && train.rows.length > 0)
    throw new RangeError(
      `${train.source}: every row stands in ${dev ? dev.source : 'another'} too, and none is left to learn from; give other rows, or keep them (removeDuplicates: false, --no-remove-duplicates).`,
    );
  if (dev || settings.devShare === 0) return { train: rest.rows, dev: dev?.rows ?? [] };
  // The same rows for every seed: seeds tell how much a training varies, not how much its data does.
  const order = permutation(streamFrom(8770).fork('dev'), rest.rows.length);
  const aside = new Set(order.subarray(0, Math.floor(settings.devShare * rest.rows.length)));
  say(`${train.source}: ${counted(aside.size, 'row')} of ${rest.rows.length} are kept aside as dev.`);
  return {
    train: rest.rows.filter((_, i) => !aside.has(i)),
    dev: rest.rows.filter((_, i) => aside.has(i)),
  };
}

/** Both parts; what is wrong with either is said at once. */
export async function readBoth<Input, Target>(
  data: { readonly train: Table; readonly dev: Table | undefined },
  split: { readonly train: readonly Row[]; readonly dev: readonly Row[] },
  prepared: Pick<PreparedTask<Input, unknown, Target>, 'inputOf' | 'targetOf' | 'encode'>,
  tokenizer: TaskTokenizer,
): Promise<[Example<Input, Target>[], Example<Input, Target>[]]> {
  const found = await Promise.allSettled([
    readExamples(data.train.source, split.train, prepared, tokenizer),
    split.dev.length === 0
      ? []
      : readExamples(data.dev?.source ?? `${data.train.source} (dev)`, split.dev, prepared, tokenizer),
  ]);
  const failed = found.flatMap((part) => (part.status === 'rejected' ? [part.reason as Error] : []));
  if (failed.length > 1) throw new RangeError(failed.map(({ message }) => message).join(' '));
  if (failed[0]) throw failed[0];
  return found.map((part) => (part.status === 'fulfilled' ? part.value : [])) as [
    Example<Input, Target>[],
    Example<Input, Target>[],
  ];
}
