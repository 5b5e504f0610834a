import { selectColumns, type Table } from '@cloze/datasets';
import type { SavedInput } from '@cloze/models';
import { UsageError } from '../terminal/usage-error.ts';
import type { TaskOptions } from '../training/task-options.ts';

/** Which columns of a table are read. */
export type InputColumns = Pick<
  TaskOptions,
  'text' | 'pair' | 'words' | 'separator' | 'question' | 'context' | 'choices'
>;

/**
 * What a head is asked of each row of a table.
 *
 * @throws {UsageError} where no column is named {TableError} naming every column and cell that is not there
 */
export function inputsOfRows(table: Table, columns: InputColumns): readonly SavedInput[] {
  const { text, pair, words, separator = ' ', question, context, choices } = columns;
  if (question !== undefined && context !== undefined) {
    const { texts, pairs = [] } = selectColumns(table, { text: question, pair: context });
    return texts.map((asked, i) => ({ question: asked, context: pairs[i] as string }));
  }
  if (words !== undefined) {
    // Words as JSON has them, or as text that is cut.
    const listed = table.rows.map((row) => (Array.isArray(row[words]) ? row[words].map(String) : undefined));
    if (listed.length > 0 && listed.every((list) => list !== undefined)) return listed;
    return selectColumns(table, { text: words }).texts.map((line) =>
      line.split(separator).filter((word) => word !== ''),
    );
  }
  if (text === undefined)
    throw new UsageError(
      `${table.source} has the columns ${table.columns.join(', ')}: say which are read (--text, --text --pair, --text --choices, --words, or --question --context).`,
    );
  if (choices !== undefined) {
    const candidates = choices.map((column) => selectColumns(table, { text: column }).texts);
    const { texts } = selectColumns(table, { text });
    return texts.map((asked, i) => ({ text: asked, choices: candidates.map((column) => column[i] as string) }));
  }
  const { texts, pairs } = selectColumns(table, pair === undefined ? { text } : { text, pair });
  return pairs ? texts.map((first, i) => [first, pairs[i] as string] as const) : texts;
}
