import { cast, equal, logicalAnd } from '@cloze/backend';
import { generation, type LoadedModel, prepareTask, type TaskObjective } from '@cloze/models';
import { gradientPenalty, occurrenceScope, randomReplacement, rDrop } from '@cloze/regularisers';
import { z } from 'zod';
import type { Lab } from './lab.ts';
import type { PredictionSet } from './prediction-set.ts';
import type { TrainingMeasures } from './train-parameters.ts';
import { type TuneOptions, tuneOnTask } from './tune-on-task.ts';

/** A regulariser of generation. */
export const generationRegulariser = z.strictObject({
  name: z.enum(['none', 'random-replacement', 'gradient-penalty', 'r-drop']),
  /** Share replaced, ε, or α. */
  strength: z.number().min(0),
});

/** A text and the one to be written from it. */
export interface WrittenPair {
  readonly id: number | string;
  readonly source: string;
  readonly target: string;
}

/** How a generator is fine-tuned; `length` is that of source and target together. */
export interface GeneratorOptions extends Omit<TuneOptions, 'regulariser'> {
  /** Most tokens that are written, the end included. */
  readonly targetLength: number;
  readonly regulariser: z.infer<typeof generationRegulariser>;
  readonly dropout: number;
}

/** The objective of generation, regularised. @param separate id of the token that ends a text */
function regularised(
  plain: TaskObjective,
  { name, strength }: GeneratorOptions['regulariser'],
  separate: number,
): TaskObjective {
  switch (name) {
    case 'none':
      return plain;
    case 'r-drop':
      return rDrop(plain, {
        alpha: strength,
        weights: ({ targets }) => targets.weights as NonNullable<typeof targets.weights>,
      });
    case 'gradient-penalty':
      return gradientPenalty(plain, {
        scope: occurrenceScope({
          table: 'encoder/embeddings/tokenTable',
          ids: 'ids',
          tied: 'encoder/languageModel/output',
        }),
        epsilon: strength,
      });
    case 'random-replacement':
      return randomReplacement(plain, {
        ids: 'ids',
        // The target's tokens, not the [SEP] that ends it.
        target: ({ ids, segments }) => logicalAnd(equal(segments, 1), equal(cast(equal(ids, separate), 'int32'), 0)),
        rate: strength,
      });
  }
}

/** Fine-tunes UniLM-style: the source sees itself, the target what is before; then writes the target of every dev source, greedily. */
export async function fineTuneGenerator(
  lab: Lab,
  start: LoadedModel,
  {
    name,
    train,
    dev,
  }: { readonly name: string; readonly train: readonly WrittenPair[]; readonly dev: readonly WrittenPair[] },
  { targetLength, regulariser, dropout, ...options }: GeneratorOptions,
): Promise<{ readonly set: PredictionSet; readonly measures: TrainingMeasures }> {
  const model = { ...start, config: { ...start.config, dropout } };
  const columns = generation({ source: 'source', target: 'target', targetLength });
  const plain = prepareTask(columns, { model });
  const task = { ...plain, objective: regularised(plain.objective, regulariser, model.special.separate as number) };
  const tableOf = (pairs: readonly WrittenPair[]) => pairs.map(({ source, target }) => ({ source, target }));
  const rows = { train: tableOf(train), dev: tableOf(dev) };
  const { judged, measures } = await tuneOnTask(lab, `fine-tune ${name}`, model, columns, () => task, rows, options);
  const lines = dev.map(({ id, target }, i) => ({
    id,
    reference: target,
    prediction: judged[i]?.prediction.text as string,
  }));
  return { set: { name, kind: 'text', lines }, measures };
}
