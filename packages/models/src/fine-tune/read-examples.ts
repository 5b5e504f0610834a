import { checkList, checkRows } from '@cloze/checks';
import { type Table, TableError, type TableProblem } from '@cloze/datasets';
import type { Example, PreparedTask, TaskTokenizer } from '../tasks/prepared-task.ts';
import type { Row } from '../tasks/row.ts';
import type { Task } from '../tasks/task.ts';
import { columnsOf } from '../tasks/task-columns.ts';

/** Texts encoded at once: what the binding needs of them is freed in between. */
const chunk = 2048;

/** Judges that every column of a task is there. @throws {TableError} naming those that are not, and those that are */
export function checkColumns({ source, columns }: Pick<Table, 'source' | 'columns'>, task: Task): void {
  // Rows of which there are none have no columns, and are refused for that.
  if (columns.length === 0) return;
  const problems = columnsOf(task)
    .filter((column) => !columns.includes(column))
    .map((column) => ({ row: 0, column, problem: `is not there; there are ${columns.join(', ')}` }));
  if (problems.length > 0) throw new TableError(source, problems);
}

/** Rows as encoded examples. @param what names them in messages @throws {TableError} listing all that is wrong with the rows, or when there are none */
export async function readExamples<Input, Target>(
  what: string,
  rows: readonly Row[],
  task: Pick<PreparedTask<Input, unknown, Target>, 'inputOf' | 'targetOf' | 'encode'>,
  tokenizer: TaskTokenizer,
): Promise<Example<Input, Target>[]> {
  checkList('readExamples', rows);
  checkRows(`readExamples: ${what}: row`, rows);
  if (rows.length === 0) throw new TableError(what, [{ row: 0, problem: 'has no rows' }]);
  const problems: TableProblem[] = [];
  const read = rows.map((row, i) => {
    const note = (column: string, problem: string) => {
      problems.push({ row: i + 1, column, problem });
    };
    const input = task.inputOf(row, note);
    return { input, target: task.targetOf(row, input, note) };
  });
  if (problems.length > 0) throw new TableError(what, problems);
  const examples: Example<Input, Target>[] = [];
  for (let from = 0; from < read.length; from += chunk) {
    const part = read.slice(from, from + chunk);
    const encoded = await task.encode(
      part.map(({ input }) => input),
      tokenizer,
      part.map(({ target }) => target),
    );
    for (const [i, own] of encoded.entries())
      examples.push({ ...own, row: from + i + 1, target: (part[i] as { target: Target }).target });
  }
  return examples;
}

/** Tokens of the longest row of an example. */
export const lengthOf = ({ encodings }: Pick<Example, 'encodings'>): number =>
  encodings.reduce((most, { ids }) => Math.max(most, ids.length), 0);
