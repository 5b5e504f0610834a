import type { Table } from '@cloze/datasets';
import { type TellCut, tellCuts } from '../encode/cut-text.ts';
import { readExamples } from '../fine-tune/read-examples.ts';
import type { EncodedInput, Judged, PreparedTask, TaskTokenizer } from '../tasks/prepared-task.ts';

/** Answers of a model: how rows are cut, and predictions of encoded inputs in their order. */
export interface Answers<Input, Prediction> {
  readonly tokenizer: TaskTokenizer;
  readonly predict: (inputs: readonly EncodedInput<Input>[]) => Promise<Prediction[]>;
}

/** Rows of a table with what is predicted and meant. @throws {TableError} for rows without what the task reads */
export async function judgeRows<Input, Prediction, Target>(
  { source, rows }: Pick<Table, 'source' | 'rows'>,
  task: Pick<PreparedTask<Input, Prediction, Target>, 'inputOf' | 'targetOf' | 'encode'>,
  { tokenizer, predict }: Answers<Input, Prediction>,
  onCut?: TellCut,
): Promise<Judged<Prediction, Target>[]> {
  const examples = await readExamples(source, rows, task, tokenizer);
  tellCuts(
    examples.map(({ encodings }) => encodings),
    onCut,
  );
  const predictions = await predict(examples);
  return examples.map(({ target }, i) => ({ prediction: predictions[i] as Prediction, target }));
}
