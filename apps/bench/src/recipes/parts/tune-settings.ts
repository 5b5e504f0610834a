import { z } from 'zod';
import type { Size } from '../define-recipe.ts';
import { trainSettings } from './pretrain-settings.ts';

/** Of matrix products in fine-tuning. Records from before have no such setting. */
export const precisionSetting = z.enum(['float32', 'bfloat16']).default('float32');

/** Learning rates of which an arm takes the one that does best on a tenth of train, dev unseen; none: `learningRate`. Records from before have no such setting. */
export const ratesSetting = z.array(z.number().positive()).default([]);

/** How a task is fine-tuned. */
export const tuneSettings = z.strictObject({
  train: trainSettings,
  /** Longest row, special tokens included. */
  length: z.int().min(8).max(512),
  /** Rows used at most. */
  limits: z.strictObject({ train: z.int().positive(), dev: z.int().positive() }),
});
export type TuneSettings = z.infer<typeof tuneSettings>;

/** How a classifier is, where that is all that a recipe trains. */
export const classifierSettings = tuneSettings.extend({
  /** Passes over the training rows, instead of `train.steps`. Records from before have no such setting. */
  epochs: z.number().positive().nullable().default(null),
  rates: ratesSetting,
  /** Whether a task is read whole (`clue-full`) where `clue` has a part of it. */
  whole: z.boolean().default(false),
  precision: precisionSetting,
});
export type ClassifierSettings = z.infer<typeof classifierSettings>;

/** Updates of so many passes over rows. */
export const stepsOfEpochs = (epochs: number, rows: number, batch: number): number =>
  Math.max(1, Math.round((epochs * rows) / batch));

/** What they say of training on so many rows. */
export const learningOf = ({ train, epochs, length, rates, precision }: ClassifierSettings, rows: number) => ({
  ...train,
  ...(epochs !== null && { steps: stepsOfEpochs(epochs, rows, train.batch) }),
  ...{ length, rates, precision },
});

/** Seconds on a slow engine. */
export const tinyTuning: TuneSettings = {
  train: { steps: 4, batch: 8, learningRate: 1e-3, warmup: 0.1, weightDecay: 0.01 },
  length: 32,
  limits: { train: 64, dev: 16 },
};

/** About an epoch of a small task: half a minute of one core with four layers of 256. */
export const laptopTuning: TuneSettings = {
  train: { steps: 120, batch: 16, learningRate: 5e-4, warmup: 0.1, weightDecay: 0.01 },
  length: 48,
  limits: { train: 1_000_000, dev: 1_000_000 },
};

/** As CLUE's own baselines. */
export const fullTuning: TuneSettings = {
  train: { steps: 5000, batch: 32, learningRate: 2e-5, warmup: 0.1, weightDecay: 0.01 },
  length: 128,
  limits: { train: 1_000_000, dev: 1_000_000 },
};

const asTold = { epochs: null, rates: [], whole: false, precision: 'float32' as const };

/** Sizes of a recipe that only fine-tunes. @param own what it is told besides, the same at each size */
export const tuningSizes = <Own extends object>(
  own: Own,
): Record<Size, Own & { readonly tune: ClassifierSettings }> => ({
  tiny: { tune: { ...tinyTuning, ...asTold }, ...own },
  laptop: { tune: { ...laptopTuning, ...asTold }, ...own },
  full: { tune: { ...fullTuning, ...asTold }, ...own },
});
