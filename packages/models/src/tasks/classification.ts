import {
  constant,
  divide,
  gatherRows,
  ints,
  maximum,
  multiply,
  reshape,
  softmax,
  sparseCrossEntropy,
  sum,
  type Tensor,
} from '@cloze/backend';
import { accuracy, macroF1 } from '@cloze/eval';
import { objectiveOf } from '@cloze/regularisers';
import { sequenceOutputs } from './head-outputs.ts';
import { checkLabels, orderLabels, weightsOf } from './labels.ts';
import { type Judged, type Metrics, metricsOf, type PreparedTask, type TaskSetting } from './prepared-task.ts';
import { type Row, textOf } from './row.ts';
import type { ClassificationTask } from './task.ts';
import { encodeTexts, type TextInput, textInput } from './text-inputs.ts';

/** The class of a text. */
export interface ClassPrediction {
  readonly label: string;
  /** Of every class, by its name; they sum to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** How classes are judged. */
export function classMetrics(labels: readonly string[]): Metrics<ClassPrediction, string> {
  const number = new Map(labels.map((name, i) => [name, i]));
  type Rows = readonly Judged<ClassPrediction, string>[];
  const said = (rows: Rows) => rows.map(({ prediction }) => number.get(prediction.label) as number);
  const meant = (rows: Rows) => rows.map(({ target }) => number.get(target) as number);
  return metricsOf({
    accuracy: (rows) => accuracy(said(rows), meant(rows)),
    macroF1: (rows) => macroF1(said(rows), meant(rows)),
  });
}

/** Classes of a column, counted. */
function countLabels({ label }: ClassificationTask, rows: readonly Row[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const name = textOf(row, label, () => {});
    if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/**
 * One class a row: the family's own head, cross-entropy `Σ w·(−ln p(class)) / Σ w` over a batch, w the class's weight; 0 where every w is 0.
 *
 * @throws {RangeError} when there are fewer than two classes, some that look alike, or class weights do not fit them
 */
export function prepareClassification(
  task: ClassificationTask,
  { model, rows = [], labels: known }: TaskSetting,
): PreparedTask<TextInput, ClassPrediction, string> {
  checkLabels(
    task.label,
    rows.map((row, i) => ({ row: i + 1, label: row[task.label] })),
  );
  const counts = countLabels(task, rows);
  const labels = known ?? orderLabels(counts.keys());
  if (labels.length < 2)
    throw new RangeError(
      `classification: column '${task.label}' has ${labels.length === 0 ? 'no class' : `one class only ('${labels[0]}')`}; there is nothing to tell apart.`,
    );
  const number = new Map(labels.map((name, i) => [name, i]));
  const weights = weightsOf(
    task.classWeights,
    labels,
    labels.map((name) => counts.get(name) ?? 0),
  );
  const outputs = sequenceOutputs(model, labels.length);
  const even = weights.every((weight) => weight === 1);
  return {
    labels,
    saved: { head: 'sequence', problemType: 'single_label_classification' },
    encodingsEach: 1,
    freshHead: outputs.freshHead,
    inputOf: (row, note) => textInput(row, task, note),
    targetOf: (row, _input, note) => {
      const name = textOf(row, task.label, note);
      if (name !== '' && !number.has(name))
        note(task.label, `'${name}' is none of the classes of train (${labels.join(', ')})`);
      return name;
    },
    encode: encodeTexts,
    targetsOf: (examples) => ({
      labels: ints(
        [examples.length],
        Int32Array.from(examples, ({ target }) => number.get(target) as number),
      ),
    }),
    objective: objectiveOf(outputs.train, ({ logits }, { targets }) => {
      const classes = targets.labels as Tensor;
      const losses = sparseCrossEntropy(logits, classes);
      const each = even
        ? constant(new Float32Array(classes.shape[0] as number).fill(1))
        : reshape(gatherRows(constant(weights, [labels.length, 1]), classes), classes.shape);
      // A batch whose classes all count nothing has the loss 0, and teaches nothing.
      return divide(sum(multiply(losses, each)), maximum(sum(each), 1e-30));
    }),
    answer: (parameters, batch) => ({ probabilities: softmax(outputs.evaluate(parameters, batch).logits) }),
    read: ([answer]) => {
      const own = Array.from(answer?.probabilities?.values ?? []);
      const best = own.reduce((most, value, i) => (value > (own[most] as number) ? i : most), 0);
      return {
        label: labels[best] as string,
        probabilities: Object.fromEntries(labels.map((name, i) => [name, own[i] as number])),
      };
    },
    metrics: classMetrics(labels),
  };
}
