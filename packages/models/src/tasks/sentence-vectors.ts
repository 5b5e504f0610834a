import { type Key, mapTree, reshape, slice, type Tensor } from '@cloze/backend';
import { cosineSimilarity, pearsonCorrelation, spearmanCorrelation } from '@cloze/eval';
import { simcse, supervisedSimcse } from '@cloze/regularisers';
import type { ModelBatch } from '../model/model-batch.ts';
import { vectorOutputs } from './head-outputs.ts';
import {
  type Judged,
  type Metrics,
  metricsOf,
  type PreparedTask,
  type TaskBatch,
  type TaskParameters,
  type TaskSetting,
} from './prepared-task.ts';
import { numberOf } from './row.ts';
import type { SentenceVectorsTask } from './task.ts';
import { encodeTexts, type TextInput, textInput } from './text-inputs.ts';

/** The vector of a text; of a pair, that of the first and the cosine of both. */
export interface VectorPrediction {
  readonly vector: Float32Array;
  readonly similarity?: number;
}

type Row = Judged<VectorPrediction, number>;
const said = (rows: readonly Row[]) => rows.map(({ prediction }) => prediction.similarity ?? Number.NaN);
const meant = (rows: readonly Row[]) => rows.map(({ target }) => target);

/** How vectors are judged: by the cosines of pairs, where a column of similarities is named. */
export const vectorMetrics = (score: string | undefined): Metrics<VectorPrediction, number> =>
  metricsOf<VectorPrediction, number>(
    score === undefined
      ? {}
      : {
          spearman: (rows) => spearmanCorrelation(said(rows), meant(rows)),
          pearson: (rows) => pearsonCorrelation(said(rows), meant(rows)),
        },
  );

/** Every second row of a batch, from the first or the second on. */
function everySecond(batch: TaskBatch<Tensor>, from: 0 | 1): ModelBatch<Tensor> {
  const { targets: _, unlabelled: _none, ...rows } = batch;
  return mapTree(rows, (x: Tensor) => {
    const [all, ...rest] = x.shape as [number, ...number[]];
    const size = rest.reduce((a, b) => a * b, 1);
    return reshape(slice(reshape(x, [all / 2, 2, size]), [0, from, 0], [all / 2, 1, size]), [all / 2, ...rest]);
  });
}

/**
 * Sentence vectors by SimCSE (Gao, Yao, Chen 2021): each text finds itself under another dropout among the batch, or, with `pair`, its pair.
 *
 * Judged by the rank correlation of the pairs' cosines with `score`.
 */
export function prepareSentenceVectors(
  task: SentenceVectorsTask,
  { model }: TaskSetting,
): PreparedTask<TextInput, VectorPrediction, number> {
  const { pair, score, temperature = 0.05, pooling = 'mean' } = task;
  const vectors = vectorOutputs(model, pooling);
  const each = pair === undefined ? 1 : 2;
  const contrast =
    pair === undefined
      ? simcse<TaskParameters<Tensor>, TaskBatch<Tensor>>(vectors, { temperature })
      : supervisedSimcse<TaskParameters<Tensor>, TaskBatch<Tensor>, ModelBatch<Tensor>>(vectors, {
          temperature,
          anchors: (batch) => everySecond(batch, 0),
          positives: (batch) => everySecond(batch, 1),
        });
  return {
    labels: [],
    saved: {},
    encodingsEach: each,
    freshHead: () => ({}),
    inputOf: (row, note) => textInput(row, task, note),
    targetOf: (row, _input, note) => (score === undefined ? 0 : numberOf(row, score, note)),
    // The two texts of a pair are two rows: each has a vector of its own.
    encode: async (inputs, tokenizer) => {
      const texts = inputs.flatMap((input) => (typeof input === 'string' ? [input] : [...input]));
      const encoded = await encodeTexts(texts, tokenizer);
      let next = 0;
      return inputs.map((input) => {
        const own = encoded.slice(next, next + (typeof input === 'string' ? 1 : 2));
        next += own.length;
        return {
          input,
          encodings: own.flatMap(({ encodings }) => encodings),
          truncated: own.some(({ truncated }) => truncated),
        };
      });
    },
    targetsOf: () => ({}),
    objective: Object.assign(
      (parameters: TaskParameters<Tensor>, batch: TaskBatch<Tensor>, key: Key | undefined) => {
        const { loss, parts, output } = contrast(parameters, batch, key);
        const [first] = output as readonly [Tensor];
        return { loss, parts, output: { logits: first, vector: first } };
      },
      contrast.passes ? { passes: contrast.passes } : {},
    ),
    answer: (parameters, batch) => ({ vectors: vectors(parameters, batch, undefined) }),
    read: (answers) => {
      const own = answers.map(({ vectors: found }) => Float32Array.from(found?.values ?? []));
      const [vector, other] = own as [Float32Array, Float32Array?];
      return other ? { vector, similarity: cosineSimilarity(vector, other) } : { vector };
    },
    metrics: vectorMetrics(score),
  };
}
