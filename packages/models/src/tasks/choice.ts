import { bools, ints, mean, sparseCrossEntropy, type Tensor, where } from '@cloze/backend';
import { objectiveOf } from '@cloze/regularisers';
import { choiceOutputs } from './head-outputs.ts';
import { type Metrics, metricsOf, type PreparedTask, type TaskSetting } from './prepared-task.ts';
import { isBlank, listOf, type Note, type Row, textOf } from './row.ts';
import type { ChoiceTask } from './task.ts';
import { encodeTexts } from './text-inputs.ts';

/** A text and what may follow it. */
export interface ChoiceInput {
  readonly text: string;
  readonly choices: readonly string[];
}

/** The candidate chosen. */
export interface ChoicePrediction {
  /** Its number, from 0. */
  readonly index: number;
  readonly text: string;
  /** Of every candidate, in their order; they sum to 1. */
  readonly probabilities: readonly number[];
}

/** How these answers are judged. */
export const choiceMetrics: Metrics<ChoicePrediction, number> = metricsOf({
  accuracy: (rows) => rows.filter(({ prediction, target }) => prediction.index === target).length / rows.length,
});

/** Logit of a candidate that there is not: `exp` of it beside any other is 0, and a term that takes the mean over candidates stays finite. */
const absent = -1e4;

const silent: Note = () => {};

/** A row's candidates: of its columns all up to the last that is not empty, or its list. */
function candidatesOf({ choices, separator = '|' }: ChoiceTask, row: Row, note: Note): readonly string[] {
  if (typeof choices === 'string') {
    const found = listOf(row, choices, separator, note);
    const blank = found.findIndex((one) => one.trim() === '');
    if (blank >= 0) note(choices, `has an empty candidate, number ${blank}`);
    if (found.length < 2) note(choices, `has ${found.length} candidates, expected at least two`);
    return found;
  }
  const last = choices.reduce((most, column, i) => (isBlank(row[column]) ? most : i), 1);
  return choices.slice(0, last + 1).map((column) => textOf(row, column, note));
}

/** Softmax of a few numbers. */
function shares(logits: readonly number[]): number[] {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/**
 * The right one of several candidates: text and candidate are read as a pair, one logit each, cross-entropy over a row's candidates. Rows may have different
 * numbers of them: in training those with fewer than the most are filled up, and what fills them is masked (logit −10⁴).
 *
 * @throws {RangeError} for fewer than two columns
 */
export function prepareChoice(
  task: ChoiceTask,
  { model, rows = [] }: TaskSetting,
): PreparedTask<ChoiceInput, ChoicePrediction, number> {
  const columns = typeof task.choices === 'string' ? [] : task.choices;
  if (typeof task.choices !== 'string' && columns.length < 2)
    throw new RangeError(`choice: 'choices' must name at least two columns, got ${columns.length}.`);
  const count = rows.reduce((most, row) => Math.max(most, candidatesOf(task, row, silent).length), 2);
  const [together, apart] = [choiceOutputs(model, count), choiceOutputs(model, 1)];
  return {
    labels: [],
    saved: { head: 'choice' },
    encodingsEach: count,
    freshHead: together.freshHead,
    inputOf: (row, note) => ({ text: textOf(row, task.text, note), choices: candidatesOf(task, row, note) }),
    targetOf: (row, { choices }, note) => {
      const label = textOf(row, task.label, note);
      if (label === '') return 0;
      const named = columns.indexOf(label);
      if (named >= 0 && named < choices.length) return named;
      // A text that stands twice, or a number that is another candidate's text, is no place.
      const ways = new Set(choices.flatMap((text, index) => (text === label ? [index] : [])));
      const number = Number(label);
      if (Number.isInteger(number) && number >= 0 && number < choices.length) ways.add(number);
      const [found, ...others] = ways;
      const remedy =
        columns.length > 0
          ? `name a column (${columns.join(', ')})`
          : 'candidates must differ from one another and from numbers';
      if (others.length > 0)
        note(
          task.label,
          `'${label}' may be candidate ${[...ways].join(' or ')} (a text, or a number from 0); ${remedy}`,
        );
      if (found === undefined)
        note(task.label, `'${label}' is no column, number from 0 to ${choices.length - 1} or text of a candidate`);
      return found ?? 0;
    },
    encode: async (inputs, tokenizer) => {
      const encoded = await encodeTexts(
        inputs.flatMap(({ text, choices }) => choices.map((other) => [text, other] as const)),
        tokenizer,
      );
      let next = 0;
      return inputs.map((input) => {
        const own = encoded.slice(next, next + input.choices.length);
        next += own.length;
        return {
          input,
          encodings: own.flatMap(({ encodings }) => encodings),
          truncated: own.some(({ truncated }) => truncated),
        };
      });
    },
    lessonsOf: (example) => {
      const { encodings } = example;
      const [first] = encodings;
      return first ? [{ ...example, encodings: Array.from({ length: count }, (_, i) => encodings[i] ?? first) }] : [];
    },
    targetsOf: (examples) => ({
      right: ints(
        [examples.length],
        Int32Array.from(examples, ({ target }) => target),
      ),
      exists: bools(
        [examples.length, count],
        Uint8Array.from(
          examples.flatMap(({ input: { choices } }) =>
            Array.from({ length: count }, (_, i) => Number(i < choices.length)),
          ),
        ),
      ),
    }),
    objective: objectiveOf(
      (parameters, batch, key) => {
        const output = together.train(parameters, batch, key);
        return { ...output, logits: where(batch.targets.exists as Tensor, output.logits, absent) };
      },
      ({ logits }, { targets }) => mean(sparseCrossEntropy(logits, targets.right as Tensor)),
    ),
    answer: (parameters, batch) => ({ logits: apart.evaluate(parameters, batch).logits }),
    read: (answers, { input }) => {
      const probabilities = shares(answers.map(({ logits }) => logits?.values[0] as number));
      const index = probabilities.reduce((most, value, i) => (value > (probabilities[most] as number) ? i : most), 0);
      return { index, text: input.choices[index] as string, probabilities };
    },
    metrics: choiceMetrics,
  };
}
