import { join } from 'node:path';
import { flattenTree } from '@cloze/backend';
import type { LoadedModel } from '@cloze/models';
import { pretrain } from '@cloze/models/node';
import type { Lab } from './lab.ts';
import type { LossLine } from './prediction-set.ts';
import { lossLines } from './score-held-out.ts';
import type { TextSettings } from './text-settings.ts';
import { trainingText } from './training-text.ts';
import { type PretrainingPart, watchPretraining } from './watch-pretraining.ts';
import { logging } from './watch-training.ts';

/** An encoder that a pretraining made, and what it took. */
export interface TextPretraining {
  readonly encoder: LoadedModel;
  /** Every token of the held-out rows, asked by itself. */
  readonly heldOut: readonly LossLine[];
  readonly measures: Readonly<Record<'seconds' | 'tokens' | 'words' | 'parameters' | 'lastLoss', number>>;
  readonly parts: readonly PretrainingPart[];
}

/**
 * Pretrains by `pretrain` of `@cloze/models`: text is streamed, a run that was stopped goes on from its checkpoints.
 *
 * @param folder where text, shards and checkpoints lie, there already @throws {InterruptedError} after saving, when the lab's signal was raised
 */
export async function pretrainText(
  lab: Lab,
  folder: string,
  settings: TextSettings,
  seed = lab.seed,
): Promise<TextPretraining> {
  const { corpus, heldOut, words } = await trainingText(lab, folder, settings);
  const { mask, stages, ...pretraining } = settings.pretraining;
  const asked = { ...(mask && { mask }), ...(stages && { stages }) };
  const { engine, placement, say, signal } = lab;
  const watch = watchPretraining(lab, folder, pretraining.evalSteps);
  const {
    model,
    tokens,
    lastLoss,
    heldOut: judged,
  } = await pretrain(
    { ...pretraining, ...asked, corpus, heldOut, output: join(folder, 'run'), seed, engine, placement },
    { say, signal, callbacks: [logging(lab, 'pretrain'), watch.callback] },
  );
  const parts = watch.parts();
  return {
    encoder: model,
    heldOut: lossLines(judged.pieces),
    measures: {
      seconds: parts.reduce((sum, part) => sum + part.seconds, 0),
      ...{ tokens, words, lastLoss },
      parameters: flattenTree(model.parameters).reduce((sum, [, { values }]) => sum + values.length, 0),
    },
    parts,
  };
}
