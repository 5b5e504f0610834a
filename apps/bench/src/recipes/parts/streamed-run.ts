import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RunResult } from '../define-recipe.ts';
import { tuneOnTasks } from './fine-tune-classifier.ts';
import type { Lab } from './lab.ts';
import { judgePairs } from './minimal-pairs.ts';
import { pretrainText } from './pretrain-text.ts';
import { textSettings, textSizes } from './text-settings.ts';
import { fullTuning, laptopTuning, tinyTuning, tuneSettings } from './tune-settings.ts';

/** What a recipe is told that pretrains on streamed text and looks at what came of it. */
export const streamedSettings = z.strictObject({
  ...textSettings.shape,
  tune: tuneSettings,
  /** What the encoder is fine-tuned on. */
  tasks: z.array(z.string()),
  /** Minimal pairs of a paradigm at most; 0 asks none. */
  pairs: z.int().min(0),
});
export type StreamedSettings = z.infer<typeof streamedSettings>;

/** Its sizes. @param tasks what is fine-tuned on @param pairs of a paradigm at size laptop and full */
export const streamedSizes = (tasks: readonly string[], pairs: number) => {
  const own = { tasks: [...tasks] };
  return {
    tiny: { ...textSizes.tiny, ...own, tune: tinyTuning, pairs: Math.min(10, pairs) },
    laptop: { ...textSizes.laptop, ...own, tune: laptopTuning, pairs },
    full: { ...textSizes.full, ...own, tune: fullTuning, pairs },
  } satisfies Record<string, StreamedSettings>;
};

/** Pretrains, scores every token of the held-out rows and the minimal pairs, and fine-tunes on tasks. */
export async function streamedRun(lab: Lab, { tune, tasks, pairs, ...text }: StreamedSettings): Promise<RunResult> {
  const folder = join(lab.folder, 'checkpoints-pretraining');
  mkdirSync(folder, { recursive: true });
  const { encoder, heldOut, measures, parts } = await pretrainText(lab, folder, text);
  const judged = pairs > 0 ? await judgePairs(lab, encoder, pairs) : [];
  const tuned = await tuneOnTasks(lab, encoder, { tune, tasks });
  return {
    predictions: [{ name: 'held out, every token', kind: 'loss', lines: heldOut }, ...judged, ...tuned],
    measures,
    extras: { pretraining: parts },
  };
}
