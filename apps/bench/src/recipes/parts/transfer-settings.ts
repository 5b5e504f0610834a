import { z } from 'zod';
import type { Size } from '../define-recipe.ts';
import { fullPretraining, laptopPretraining, pretrainSettings, tinyPretraining } from './pretrain-settings.ts';
import { taskFiles } from './task-files.ts';
import { fullTuning, laptopTuning, tinyTuning, tuneSettings } from './tune-settings.ts';

/** What a recipe that pretrains, and fine-tunes what it pretrained, is told. */
export const transferSettings = z.strictObject({
  ...pretrainSettings.shape,
  tune: tuneSettings,
  /** What the encoder is fine-tuned on, one after the other, each from the pretrained weights. */
  tasks: z.array(z.string()),
});
export type TransferSettings = z.infer<typeof transferSettings>;

/** Sizes of such a recipe. @param own what it is told besides, the same at each size @param tasks at size full */
export const transferSizes = <Own extends object>(
  own: Own,
  tasks: readonly string[] = ['tnews'],
): Record<Size, TransferSettings & Own> => ({
  tiny: { ...tinyPretraining, tune: tinyTuning, tasks: ['tnews'], ...own },
  laptop: { ...laptopPretraining, tune: laptopTuning, tasks: ['tnews'], ...own },
  full: { ...fullPretraining, tune: fullTuning, tasks: [...tasks], ...own },
});

/** What these recipes read, for size laptop. */
export const transferFiles: readonly string[] = [
  'corpus/zh-modern.txt.gz',
  'corpus/zh-modern.valid.txt',
  ...taskFiles(['tnews']),
];
