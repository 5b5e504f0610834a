import { checkTexts } from '@cloze/checks';
import type { ClueRow, ClueTask, ReadRows } from '../clue-task.ts';
import { answerForms } from './answer-forms.ts';
import { submissionOf } from './submission-of.ts';

/** A file to hand in. */
export interface SubmissionFile {
  readonly name: string;
  readonly text: string;
}

/** The first line of what GLUE is handed in. @internal */
export const tabHeader = 'index\tprediction';

/**
 * The official file of predictions: a line `{"id": 0, "label": "1"}` for each line of the test file, in its order; of GLUE's tasks `0<TAB>1` below a header; of CMRC2018 and ChID one
 * object of id to answer.
 *
 * @param read the whole test file as the task reads it @param predictions a label for each row, or as text a number, an index, an answer, or the JSON of `cluenerLabel`
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
  const { file, form = 'json-lines', answers: kind = 'label' } = submissionOf(task, test);
  const { name } = task;
  const { written, problem } = answerForms[kind];
  if (read.rows.length !== read.lines)
    throw new RangeError(
      `${name}: ${read.file} has ${read.lines} lines but ${read.rows.length} rows; a submission answers every line, mend the file first.`,
    );
  if (predictions.length !== read.rows.length)
    throw new RangeError(`${name}: ${predictions.length} predictions for ${read.rows.length} rows of ${read.file}.`);
  const values = predictions.map(written);
  const wrong = values.flatMap((value, index) => {
    const reason = problem(value, task);
    return reason === undefined ? [] : [`row ${index + 1} ${reason}`];
  });
  if (wrong.length > 0)
    throw new RangeError(
      `${name}: ${wrong.length} predictions cannot be handed in: ${wrong.slice(0, 20).join('; ')}${wrong.length > 20 ? '; …' : ''}.`,
    );
  if (form === 'object') {
    const entries = read.rows.map(({ id }, index) => [String(id ?? index), values[index]] as const);
    return { name: file, text: `${JSON.stringify(Object.fromEntries(entries), undefined, 1)}\n` };
  }
  if (form === 'tab-separated') {
    const rows = read.rows.map(({ id }, index) => `${id ?? index}\t${predictions[index]}\n`);
    return { name: file, text: `${tabHeader}\n${rows.join('')}` };
  }
  const lines = read.rows.map(
    ({ id }, index) => `{"id": ${JSON.stringify(id ?? index)}, "label": ${JSON.stringify(values[index])}}\n`,
  );
  return { name: file, text: lines.join('') };
}
