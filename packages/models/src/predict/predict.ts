import { callable, checkList, checkOptions, whatIs } from '@cloze/checks';
import { type TellCut, tellCuts } from '../encode/cut-text.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { answersOf } from '../model/task-model.ts';
import type { ChoiceInput } from '../tasks/choice.ts';
import type { PreparedTask } from '../tasks/prepared-task.ts';
import { savedTask, withoutHead } from '../tasks/saved-task.ts';
import type { SpanInput } from '../tasks/span.ts';
import type { TaskTypes } from '../tasks/task-kinds.ts';
import type { TextInput } from '../tasks/text-inputs.ts';

/** What the heads of checkpoints are asked: a text or pair, words, a question with its context, a text with candidates. */
export type SavedInput = TextInput | readonly string[] | SpanInput | ChoiceInput;
/** What the heads of checkpoints answer. */
export type SavedPrediction = TaskTypes[Exclude<keyof TaskTypes, 'sentence-vectors' | 'generation'>]['prediction'];

const isText = (value: unknown) => typeof value === 'string';
const isTexts = (value: unknown, least = 0) => Array.isArray(value) && value.length >= least && value.every(isText);
const has = <K extends string>(value: unknown, key: K): value is Record<K, unknown> =>
  typeof value === 'object' && value !== null && key in value;
const isChoice = (input: unknown): input is ChoiceInput =>
  has(input, 'text') && has(input, 'choices') && isText(input.text) && isTexts(input.choices, 1);

/** Whether an input is what a head of this kind reads; a checkpoint's head is known only when it is opened. */
function checkInputs(model: LoadedModel, kind: string, inputs: readonly unknown[]): void {
  const fits: Readonly<Record<string, readonly [string, (input: unknown) => boolean]>> = {
    sequence: [
      'a text, or two as [text, pair]',
      (input) => isText(input) || (isTexts(input, 2) && (input as readonly unknown[]).length === 2),
    ],
    tokens: ['a list of words', (input) => isTexts(input)],
    span: [
      '{ question, context }',
      (input) => has(input, 'question') && has(input, 'context') && isText(input.question) && isText(input.context),
    ],
    choice: ['{ text, choices }', isChoice],
  };
  const [expected, right] = fits[kind] as (typeof fits)[string];
  const wrong = inputs.findIndex((input) => !right(input));
  if (wrong >= 0)
    throw new TypeError(`predict: ${model.name} expects ${expected}; item ${wrong} is ${whatIs(inputs[wrong])}.`);
}

/** How a checkpoint is asked. */
export interface PredictOptions {
  /** Told each input that is longer than the model reads, of which only a part counts. */
  readonly onCut?: TellCut;
}

/**
 * Predictions of a checkpoint's own head, in the order of the inputs.
 *
 * @throws {Error} for a checkpoint without a head {TypeError} naming the first input that its head does not read
 */
export async function predict(
  model: LoadedModel,
  inputs: readonly SavedInput[],
  options: PredictOptions = {},
): Promise<SavedPrediction[]> {
  checkOptions('predict', options, { onCut: callable });
  const { onCut } = options;

  checkList('predict', inputs);
  const task = savedTask(model);
  if (!task) throw withoutHead(model);
  checkInputs(model, task.saved.head ?? 'sequence', inputs);
  const { prepared, answers } = model.once('predict', () => {
    const own = savedTask(model) as PreparedTask<SavedInput, SavedPrediction>;
    return { prepared: own, answers: answersOf(model, own, model.maximumLength) };
  });
  const rows = await prepared.encode(inputs, answers.tokenizer);
  tellCuts(
    rows.map(({ encodings }) => encodings),
    onCut,
  );
  return answers.predict(rows);
}
