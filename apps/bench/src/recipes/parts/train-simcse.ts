import { compile, createVariables, type Key, type Tensor } from '@cloze/backend';
import { bucketOf } from '@cloze/datasets';
import { type EncoderParameters, embedSentence, encode, type SentencePooling } from '@cloze/encoder';
import { simcse } from '@cloze/regularisers';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import type { Lab } from './lab.ts';
import type { OpenTask } from './open-task.ts';
import type { PredictionSet } from './prediction-set.ts';
import { corpusBatches } from './pretrain-encoder.ts';
import { bucketsTo } from './pretrain-settings.ts';
import type { StartEncoder } from './start-encoder.ts';
import { countTokens, type RowInputs, rowInputs } from './token-inputs.ts';
import { type TrainingSettings, trainParameters } from './train-parameters.ts';

/** How sentence vectors are trained and made. */
export interface SimcseTraining extends TrainingSettings {
  readonly batch: number;
  readonly length: number;
  readonly pooling: Exclude<SentencePooling, 'pooler'>;
  readonly temperature: number;
  readonly dropout: number;
}

const vectorsOf =
  ({ family, config }: StartEncoder, pooling: SimcseTraining['pooling']) =>
  (parameters: EncoderParameters<Tensor>, rows: RowInputs<Tensor>, key: Key | undefined) =>
    embedSentence(encode(family, parameters, rows, config, key, { showDiagonal: true }), rows.attend, pooling);

/** Trains an encoder so that a sentence finds itself, under other dropout, among the batch. */
export async function trainSimcse(
  lab: Lab,
  given: StartEncoder,
  texts: readonly string[],
  options: SimcseTraining,
): Promise<{ readonly encoder: StartEncoder; readonly measures: Readonly<Record<string, number>> }> {
  const { batch, length, pooling, temperature, dropout } = options;
  const own = { ...given, config: { ...given.config, dropout, attentionDropout: dropout } };
  // A sentence that stands twice in a batch would have to differ from itself.
  const encodings = await own.tokenizer(length).encodeBatch([...new Set(texts)]);
  const planOf = corpusBatches(encodings, { batch, buckets: bucketsTo(length), seed: lab.seed });
  const trained = await trainParameters(lab, {
    ...options,
    phase: 'simcse',
    parameters: own.parameters,
    objective: simcse(vectorsOf(own, pooling), { temperature }),
    batchOf: (step) => {
      const plan = planOf(step);
      const padded = padEncodings(
        Array.from(plan.rows, (i) => encodings[i] as Encoding),
        { padId: own.special.pad, buckets: [plan.length] },
      );
      return { inputs: rowInputs(padded), tokens: countTokens(padded.attend) };
    },
  });
  const { seconds, tokens, lastLoss } = trained;
  return { encoder: { ...given, parameters: trained.parameters }, measures: { seconds, tokens, lastLoss } };
}

const rowsAtOnce = 32;

/** The cosine of each dev pair's vectors, beside its label. */
export async function similaritySet(
  lab: Lab,
  encoder: StartEncoder,
  task: OpenTask,
  { length, pooling }: Pick<SimcseTraining, 'length' | 'pooling'>,
): Promise<PredictionSet> {
  const encodings = await encoder.tokenizer(length).encodeBatch(task.dev.flatMap(({ texts }) => texts));
  const variables = createVariables(lab.engine, encoder.parameters, lab.placement);
  const embed = vectorsOf(encoder, pooling);
  const run = compile(variables, (state, rows: RowInputs<Tensor>) => ({
    outputs: { vectors: embed(state, rows, undefined) },
  }));
  const vectors: Float32Array[] = [];
  const buckets = bucketsTo(length);
  for (let at = 0; at < encodings.length; at += rowsAtOnce) {
    const chosen = encodings.slice(at, at + rowsAtOnce);
    const filled = Array.from({ length: rowsAtOnce }, (_, i) => (chosen[i] ?? chosen[0]) as Encoding);
    const longest = bucketOf(Math.max(...filled.map(({ ids }) => ids.length)), buckets);
    const batch = padEncodings(filled, { padId: encoder.special.pad, buckets: [longest] });
    const { vectors: found } = await run(rowInputs(batch));
    const width = found.shape[1] as number;
    for (let i = 0; i < chosen.length; i++)
      vectors.push(Float32Array.from(found.values.subarray(i * width, (i + 1) * width)));
  }
  variables.dispose();
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
  return {
    name: task.name,
    kind: 'similarity',
    lines: task.dev.map(({ id, label }, i) => {
      const [a, b] = [vectors[2 * i] as Float32Array, vectors[2 * i + 1] as Float32Array];
      return {
        id,
        label: Number(label),
        prediction: dot(a, b) / Math.sqrt(Math.max(1e-24, dot(a, a) * dot(b, b))),
      };
    }),
  };
}
