import type { FreshSizes, PresetMask, PretrainSettings, PretrainStage } from '@cloze/models';
import { z } from 'zod';

/** Options of `pretrain` of `@cloze/models` by their own names; it judges them, all at once. null: not given. */
export type Pretraining = Omit<PretrainSettings, 'seed' | 'mask' | 'stages'> &
  FreshSizes & {
    readonly mask: PresetMask | null;
    readonly stages: readonly PretrainStage[] | null;
    readonly heldOutRows: number;
    readonly evalSteps: number;
  };

/** What a recipe that pretrains on streamed text is told. */
export const textSettings = z.strictObject({
  text: z.strictObject({
    /** Files below the data folder, patterns among them, and the held-out one. */
    files: z.array(z.string()).min(1),
    held: z.string(),
    /** Jieba's words read at most. */
    words: z.int().positive(),
  }),
  pretraining: z.custom<Pretraining>((value) => typeof value === 'object' && value !== null),
});
export type TextSettings = z.infer<typeof textSettings>;

/** BERT's question, asked of twice as many tokens, those all hidden or changed as ever. */
const mask = { preset: 'bert', rate: 0.3 } as const;
const words = 102_000_000;
const usual = {
  family: 'bert',
  initializerRange: 0.02,
  dropout: 0,
  optimiser: 'adamw',
  mask,
  stages: null,
  precision: 'float32',
} as const;

/** Sizes: seconds over poems; minutes of one core, past the plateau of unigrams; an encoder of at most 14 M parameters on the larger corpus. */
export const textSizes = {
  tiny: {
    text: { files: ['poems'], held: 'poems', words },
    pretraining: {
      ...usual,
      ...{ layers: 1, width: 16, feedForwardWidth: 64, vocabularySize: 300, length: 24 },
      ...{ maxSteps: 6, batchSize: 8, learningRate: 1e-3, evalSteps: 3, heldOutRows: 8 },
    },
  },
  laptop: {
    text: { files: ['corpus/zh-modern.txt.gz'], held: 'corpus/zh-modern.valid.txt', words },
    pretraining: {
      ...usual,
      ...{ layers: 2, width: 128, feedForwardWidth: 512, vocabularySize: 4000, length: 64 },
      ...{ maxSteps: 2000, batchSize: 32, learningRate: 2e-3, evalSteps: 100, heldOutRows: 100 },
    },
  },
  full: {
    text: { files: ['corpus/zh-large-*.txt.gz'], held: 'corpus/zh-large.valid.txt', words },
    pretraining: {
      ...usual,
      ...{ layers: 6, width: 384, feedForwardWidth: 1536, vocabularySize: 8000, length: 128 },
      ...{ maxSteps: 22_000, batchSize: 64, learningRate: 1e-3, evalSteps: 500, heldOutRows: 200 },
    },
  },
} satisfies Record<string, TextSettings>;

/** What an arm sets for ModernBERT's block with as many parameters: its gated feed-forward part has three matrices where BERT's has two. */
export const modernBlockSettings = ({ feedForwardWidth = 0 }: Pick<Pretraining, 'feedForwardWidth'>) => ({
  'pretraining.family': 'modernbert',
  'pretraining.feedForwardWidth': Math.round((2 * feedForwardWidth) / 3),
});
