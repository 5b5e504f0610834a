import { ints, mean, softmax, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import { objectiveOf } from '@cloze/regularisers';
import { choiceOutputs } from './head-outputs.ts';
import { type Metrics, metricsOf, type PreparedTask, type TaskSetting } from './prepared-task.ts';
import { textOf } from './row.ts';
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

/**
 * The right one of several candidates: text and candidate are read as a pair, one logit each, cross-entropy over a row's candidates.
 *
 * @throws {RangeError} for fewer than two candidates
 */
export function prepareChoice(
  task: ChoiceTask,
  { model }: TaskSetting,
): PreparedTask<ChoiceInput, ChoicePrediction, number> {
  const count = task.choices.length;
  if (count < 2) throw new RangeError(`choice: 'choices' must name at least two columns, got ${count}.`);
  const outputs = choiceOutputs(model, count);
  return {
    labels: [],
    saved: { head: 'choice' },
    encodingsEach: count,
    freshHead: outputs.freshHead,
    inputOf: (row, note) => ({
      text: textOf(row, task.text, note),
      choices: task.choices.map((column) => textOf(row, column, note)),
    }),
    targetOf: (row, { choices }, note) => {
      const label = textOf(row, task.label, note);
      if (label === '') return 0;
      const named = task.choices.indexOf(label);
      if (named >= 0) return named;
      // A text that stands twice, or a number that is another candidate's text, is no place.
      const ways = new Set(choices.flatMap((text, index) => (text === label ? [index] : [])));
      const number = Number(label);
      if (Number.isInteger(number) && number >= 0 && number < count) ways.add(number);
      const [found, ...others] = ways;
      if (others.length > 0)
        note(
          task.label,
          `'${label}' may be candidate ${[...ways].join(' or ')} (a text, or a number from 0); name a column (${task.choices.join(', ')})`,
        );
      if (found === undefined)
        note(task.label, `'${label}' is no column, number from 0 to ${count - 1} or text of a candidate`);
      return found ?? 0;
    },
    encode: async (inputs, tokenizer) => {
      const wrong = inputs.findIndex(({ choices }) => choices.length !== count);
      if (wrong >= 0)
        throw new RangeError(
          `choice: item ${wrong} has ${inputs[wrong]?.choices.length} candidates, the task ${count}.`,
        );
      const encoded = await encodeTexts(
        inputs.flatMap(({ text, choices }) => choices.map((other) => [text, other] as const)),
        tokenizer,
      );
      return inputs.map((input, i) => {
        const own = encoded.slice(i * count, (i + 1) * count);
        return {
          input,
          encodings: own.flatMap(({ encodings }) => encodings),
          truncated: own.some(({ truncated }) => truncated),
        };
      });
    },
    targetsOf: (examples) => ({
      right: ints(
        [examples.length],
        Int32Array.from(examples, ({ target }) => target),
      ),
    }),
    objective: objectiveOf(outputs.train, ({ logits }, { targets }) =>
      mean(sparseCrossEntropy(logits, targets.right as Tensor)),
    ),
    answer: (parameters, batch) => ({ probabilities: softmax(outputs.evaluate(parameters, batch).logits) }),
    read: ({ probabilities }, inputs) =>
      inputs.map(({ input }, row) => {
        const own = Array.from(probabilities?.values.subarray(row * count, (row + 1) * count) ?? []);
        const index = own.reduce((most, value, i) => (value > (own[most] as number) ? i : most), 0);
        return { index, text: input.choices[index] as string, probabilities: own };
      }),
    metrics: choiceMetrics,
  };
}
