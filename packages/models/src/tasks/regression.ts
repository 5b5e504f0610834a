import { floats, mean, reshape, square, subtract, type Tensor } from '@cloze/backend';
import { pearsonCorrelation, spearmanCorrelation } from '@cloze/eval';
import { objectiveOf } from '@cloze/regularisers';
import { sequenceOutputs } from './head-outputs.ts';
import { type Judged, type Metrics, metricsOf, type PreparedTask, type TaskSetting } from './prepared-task.ts';
import { numberOf } from './row.ts';
import type { RegressionTask } from './task.ts';
import { encodeTexts, type TextInput, textInput } from './text-inputs.ts';

/** The number of a text. */
export interface NumberPrediction {
  readonly value: number;
}

type Row = Judged<NumberPrediction, number>;
const said = (rows: readonly Row[]) => rows.map(({ prediction }) => prediction.value);
const meant = (rows: readonly Row[]) => rows.map(({ target }) => target);

/** How these answers are judged. */
export const regressionMetrics: Metrics<NumberPrediction, number> = metricsOf({
  spearman: (rows) => spearmanCorrelation(said(rows), meant(rows)),
  pearson: (rows) => pearsonCorrelation(said(rows), meant(rows)),
  meanSquaredError: (rows) =>
    rows.reduce((sum, { prediction, target }) => sum + (prediction.value - target) ** 2, 0) / rows.length,
});

/** A number a row: the family's own head with one output, mean squared error. */
export function prepareRegression(
  task: RegressionTask,
  { model }: TaskSetting,
): PreparedTask<TextInput, NumberPrediction, number> {
  const outputs = sequenceOutputs(model, 1);
  return {
    labels: [],
    saved: { head: 'sequence', problemType: 'regression' },
    encodingsEach: 1,
    freshHead: outputs.freshHead,
    inputOf: (row, note) => textInput(row, task, note),
    targetOf: (row, _input, note) => numberOf(row, task.value, note),
    encode: encodeTexts,
    targetsOf: (examples) => ({
      values: floats(
        [examples.length],
        Float32Array.from(examples, ({ target }) => target),
      ),
    }),
    objective: objectiveOf(outputs.train, ({ logits }, { targets }) => {
      const values = targets.values as Tensor;
      return mean(square(subtract(reshape(logits, values.shape), values)));
    }),
    answer: (parameters, batch) => ({ values: outputs.evaluate(parameters, batch).logits }),
    read: ([answer]) => ({ value: answer?.values?.values[0] as number }),
    metrics: regressionMetrics,
  };
}
