import { answersOf, type LoadedModel, prepareTask, sentenceVectors } from '@cloze/models';
import type { Lab } from './lab.ts';
import { withWeights } from './open-start.ts';
import type { OpenTask } from './open-task.ts';
import type { PredictionSet } from './prediction-set.ts';
import type { TrainingMeasures } from './train-parameters.ts';
import { type TuneOptions, tuneOnTask } from './tune-on-task.ts';

/** How sentence vectors are trained and made. */
export interface SimcseTraining extends TuneOptions {
  readonly pooling: 'first' | 'mean' | 'first-last';
  readonly temperature: number;
  readonly dropout: number;
}

/** Trains an encoder so that a sentence finds itself, under other dropout, among the batch. */
export async function trainSimcse(
  lab: Lab,
  given: LoadedModel,
  texts: readonly string[],
  { pooling, temperature, dropout, ...options }: SimcseTraining,
): Promise<{ readonly encoder: LoadedModel; readonly measures: TrainingMeasures }> {
  const model = { ...given, config: { ...given.config, dropout, attentionDropout: dropout } };
  const columns = sentenceVectors({ text: 'text', pooling, temperature });
  // A sentence that stands twice in a batch would have to differ from itself.
  const rows = { train: [...new Set(texts)].map((text) => ({ text })), dev: [] };
  const task = prepareTask(columns, { model });
  const { parameters, measures } = await tuneOnTask(lab, 'simcse', model, columns, () => task, rows, options);
  return { encoder: withWeights(lab, given, parameters.encoder), measures };
}

/** The cosine of each dev pair's vectors, beside its label. */
export async function similaritySet(
  model: LoadedModel,
  { name, dev }: OpenTask,
  { length, pooling }: Pick<SimcseTraining, 'length' | 'pooling'>,
): Promise<PredictionSet> {
  const task = prepareTask(sentenceVectors({ text: 'text', pair: 'pair', pooling }), { model });
  const { tokenizer, predict } = answersOf(model, task, Math.min(length, model.maximumLength));
  const pairs = dev.map(({ texts: [text, pair = ''] }) => [text, pair] as const);
  const vectors = await predict(await task.encode(pairs, tokenizer));
  return {
    name,
    kind: 'similarity',
    lines: dev.map(({ id, label }, i) => ({
      id,
      label: Number(label),
      prediction: vectors[i]?.similarity as number,
    })),
  };
}
