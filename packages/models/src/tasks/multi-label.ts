import { fillLike, floats, sigmoid, type Tensor } from '@cloze/backend';
import { binaryCrossEntropy } from '@cloze/encoder';
import { objectiveOf } from '@cloze/regularisers';
import { sequenceOutputs } from './head-outputs.ts';
import { checkLabels, orderLabels } from './labels.ts';
import { type Judged, type Metrics, metricsOf, type PreparedTask, type TaskSetting } from './prepared-task.ts';
import { listOf } from './row.ts';
import type { MultiLabelTask } from './task.ts';
import { encodeTexts, type TextInput, textInput } from './text-inputs.ts';

/** The classes of a text. */
export interface MultiLabelPrediction {
  /** Those at least as probable as the threshold, in the order of the labels. */
  readonly labels: readonly string[];
  /** Of every class by itself, by its name. */
  readonly probabilities: Readonly<Record<string, number>>;
}

type Row = Judged<MultiLabelPrediction, readonly string[]>;

/** `2·tp / (2·tp + fp + fn)`; 1 where a class neither occurs nor is predicted. */
function f1(rows: readonly Row[], of: (label: string) => boolean): number {
  let [right, said, meant] = [0, 0, 0];
  for (const { prediction, target } of rows) {
    const wanted = target.filter(of);
    right += wanted.filter((label) => prediction.labels.includes(label)).length;
    said += prediction.labels.filter(of).length;
    meant += wanted.length;
  }
  return said + meant === 0 ? 1 : (2 * right) / (said + meant);
}

/** How sets of classes are judged. */
export function multiLabelMetrics(labels: readonly string[]): Metrics<MultiLabelPrediction, readonly string[]> {
  return metricsOf({
    microF1: (rows) => f1(rows, () => true),
    macroF1: (rows) => labels.reduce((sum, label) => sum + f1(rows, (name) => name === label), 0) / labels.length,
    exactMatch: (rows) =>
      rows.filter(
        ({ prediction, target }) => [...prediction.labels].sort().join('\n') === [...target].sort().join('\n'),
      ).length / rows.length,
  });
}

/**
 * Any number of classes a row: the family's own head, binary cross-entropy averaged over rows and classes.
 *
 * @throws {RangeError} when there is no class, some look alike, or the threshold is no number between 0 and 1
 */
export function prepareMultiLabel(
  task: MultiLabelTask,
  { model, rows = [], labels: known }: TaskSetting,
): PreparedTask<TextInput, MultiLabelPrediction, readonly string[]> {
  const { separator = ',', threshold = 0.5 } = task;
  if (!(threshold > 0 && threshold < 1))
    throw new RangeError(`multiLabel: threshold must lie between 0 and 1, got ${threshold}.`);
  const listed = rows.map((row) => listOf(row, task.labels, separator, () => {}));
  checkLabels(
    task.labels,
    listed.flatMap((names, i) => names.map((label) => ({ row: i + 1, label }))),
  );
  const labels = known ?? orderLabels(listed.flat());
  if (labels.length === 0) throw new RangeError(`multiLabel: column '${task.labels}' has no class.`);
  const number = new Map(labels.map((name, i) => [name, i]));
  const outputs = sequenceOutputs(model, labels.length);
  return {
    labels,
    saved: { head: 'sequence', problemType: 'multi_label_classification' },
    encodingsEach: 1,
    freshHead: outputs.freshHead,
    inputOf: (row, note) => textInput(row, task, note),
    targetOf: (row, _input, note) => {
      const names = [...new Set(listOf(row, task.labels, separator, note))];
      for (const name of names)
        if (!number.has(name)) note(task.labels, `'${name}' is none of the classes of train (${labels.join(', ')})`);
      return names;
    },
    encode: encodeTexts,
    targetsOf: (examples) => {
      const values = new Float32Array(examples.length * labels.length);
      for (const [row, { target }] of examples.entries())
        for (const name of target) values[row * labels.length + (number.get(name) as number)] = 1;
      return { labels: floats([examples.length, labels.length], values) };
    },
    objective: objectiveOf(outputs.train, ({ logits }, { targets }) =>
      binaryCrossEntropy(logits, targets.labels as Tensor, fillLike(logits, 1)),
    ),
    answer: (parameters, batch) => ({ probabilities: sigmoid(outputs.evaluate(parameters, batch).logits) }),
    read: ([answer]) => {
      const own = labels.map((name, i) => [name, answer?.probabilities?.values[i] as number] as const);
      return {
        labels: own.filter(([, value]) => value >= threshold).map(([name]) => name),
        probabilities: Object.fromEntries(own),
      };
    },
    metrics: multiLabelMetrics(labels),
  };
}
