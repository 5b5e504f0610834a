import { checkTexts } from '@cloze/checks';
import type { ClueRow, ClueTask, ReadRows } from '../clue-task.ts';
import { submissionOf } from './submission-of.ts';

/** A file to hand in. */
export interface SubmissionFile {
  readonly name: string;
  readonly text: string;
}

/** The first line of what GLUE is handed in. @internal */
export const tabHeader = 'index\tprediction';

/** Whether a prediction is one of the task's labels, or a number where it has none. @internal */
export const isAnswer = ({ labels }: Pick<ClueTask, 'labels'>, given: string): boolean =>
  labels.length === 0 ? given.trim() !== '' && Number.isFinite(Number(given)) : labels.includes(given);

/**
 * The official file of predictions: a line `{"id": 0, "label": "1"}` for each line of the test file, in its order; of GLUE's tasks `0<TAB>1` below a header.
 *
 * @param read the whole test file as the task reads it @param predictions a label for each row, or a number as text
 * @param test name of the test file, default the current test set's
 * @throws {RangeError} when the test file has bad lines, when counts differ or a label is unknown (all of them named), or when the
 *   task or file has no submission
 */
export function writeSubmission(
  task: ClueTask,
  read: ReadRows<ClueRow>,
  predictions: readonly string[],
  test?: string,
): SubmissionFile {
  checkTexts('writeSubmission: predictions', predictions);
  const { file, form = 'json-lines' } = submissionOf(task, test);
  const { name, labels } = task;
  if (read.rows.length !== read.lines)
    throw new RangeError(
      `${name}: ${read.file} has ${read.lines} lines but ${read.rows.length} rows; a submission answers every line, mend the file first.`,
    );
  if (predictions.length !== read.rows.length)
    throw new RangeError(`${name}: ${predictions.length} predictions for ${read.rows.length} rows of ${read.file}.`);
  const wrong = predictions.flatMap((label, index) =>
    isAnswer(task, label) ? [] : [`row ${index + 1}: ${JSON.stringify(label)}`],
  );
  if (wrong.length > 0)
    throw new RangeError(
      `${name}: ${wrong.length} predictions are ${labels.length === 0 ? 'no numbers' : `none of its ${labels.length} labels`}: ${wrong.slice(0, 20).join(', ')}${wrong.length > 20 ? ', …' : ''}.`,
    );
  if (form === 'tab-separated') {
    const rows = read.rows.map(({ id }, index) => `${id ?? index}\t${predictions[index]}\n`);
    return { name: file, text: `${tabHeader}\n${rows.join('')}` };
  }
  const lines = read.rows.map(
    ({ id }, index) => `{"id": ${JSON.stringify(id ?? index)}, "label": ${JSON.stringify(predictions[index])}}\n`,
  );
  return { name: file, text: lines.join('') };
}
