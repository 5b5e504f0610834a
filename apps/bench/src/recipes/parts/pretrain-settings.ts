import { z } from 'zod';
import { corpusSettings } from './open-corpus.ts';

/** Sizes of a fresh encoder. */
export const encoderSettings = z.strictObject({
  layers: z.int().positive(),
  width: z.int().positive(),
  heads: z.int().positive(),
  dropout: z.number().min(0).lt(1),
  /** Standard deviation of the first weights. Records from before have no such setting. */
  initializerRange: z.number().positive().default(0.02),
});

/** A training; names as in Hugging Face's trainer. */
export const trainSettings = z.strictObject({
  steps: z.int().positive(),
  batch: z.int().positive(),
  learningRate: z.number().positive(),
  /** Share of the steps in which the rate rises. */
  warmup: z.number().min(0).max(1),
  weightDecay: z.number().min(0),
});

/** What every recipe that pretrains is told. */
export const pretrainSettings = z.strictObject({
  corpus: corpusSettings,
  encoder: encoderSettings,
  /** Records from before name no optimiser: AdamW. */
  train: trainSettings.extend({ optimiser: z.enum(['adamw', 'muon']).default('adamw') }),
});
export type PretrainSettings = z.infer<typeof pretrainSettings>;

/** The smallest pretraining that does something: seconds on a slow engine. */
export const tinyPretraining: PretrainSettings = {
  corpus: { documents: 200, length: 32, vocabulary: 400, held: 8 },
  encoder: { layers: 1, width: 16, heads: 2, dropout: 0.1, initializerRange: 0.02 },
  train: { steps: 6, batch: 8, learningRate: 1e-3, warmup: 0.1, weightDecay: 0.01, optimiser: 'adamw' },
};

/** Four minutes of one core from fresh weights, so that a sweep with three seeds fits an evening; masked models are past unigrams by then, which AdamW leaves much later. */
export const laptopPretraining: PretrainSettings = {
  corpus: { documents: 12_000, length: 48, vocabulary: 3000, held: 100 },
  encoder: { layers: 2, width: 128, heads: 2, dropout: 0, initializerRange: 0.04 },
  train: { steps: 2500, batch: 32, learningRate: 4e-3, warmup: 0.06, weightDecay: 0.01, optimiser: 'muon' },
};

/** An encoder of BERT-base's shape on the whole corpus. */
export const fullPretraining: PretrainSettings = {
  corpus: { documents: 10_000_000, length: 128, vocabulary: 'bert', held: 500 },
  encoder: { layers: 12, width: 768, heads: 12, dropout: 0.1, initializerRange: 0.02 },
  train: { steps: 125_000, batch: 256, learningRate: 1e-4, warmup: 0.025, weightDecay: 0.01, optimiser: 'adamw' },
};

/** Lengths rows are padded to: half of the longest, and the longest. Each length is traced anew, which short runs feel. */
export const bucketsTo = (length: number): number[] => (length <= 16 ? [length] : [Math.ceil(length / 16) * 8, length]);
