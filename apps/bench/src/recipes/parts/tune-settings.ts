import { z } from 'zod';
import type { Size } from '../define-recipe.ts';
import { trainSettings } from './pretrain-settings.ts';

/** How a task is fine-tuned. */
export const tuneSettings = z.strictObject({
  train: trainSettings,
  /** Longest row, special tokens included. */
  length: z.int().min(8).max(512),
  /** Rows used at most. */
  limits: z.strictObject({ train: z.int().positive(), dev: z.int().positive() }),
});
export type TuneSettings = z.infer<typeof tuneSettings>;

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

/** Sizes of a recipe that only fine-tunes. @param own what it is told besides, the same at each size */
export const tuningSizes = <Own extends object>(own: Own): Record<Size, Own & { readonly tune: TuneSettings }> => ({
  tiny: { tune: tinyTuning, ...own },
  laptop: { tune: laptopTuning, ...own },
  full: { tune: fullTuning, ...own },
});
