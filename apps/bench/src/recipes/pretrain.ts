import { join } from 'node:path';
import { savePretrained } from '@cloze/encoder/node';
import { z } from 'zod';
import { defineRecipe } from './define-recipe.ts';
import { classicMask, maskSettings } from './parts/mask-settings.ts';
import { openCorpus } from './parts/open-corpus.ts';
import { openEncoder } from './parts/open-start.ts';
import { freshOver } from './parts/pretrain-and-tune.ts';
import { pretrainEncoder } from './parts/pretrain-encoder.ts';
import { bucketsTo, fullPretraining, pretrainSettings, tinyPretraining } from './parts/pretrain-settings.ts';
import { askHeldOut } from './parts/score-held-out.ts';

const settings = z.strictObject({
  ...pretrainSettings.shape,
  mask: maskSettings,
  /** Dropout while pretraining; `encoder.dropout` is what the encoder is saved with, for fine-tuning. Few epochs need none. */
  dropout: z.number().min(0).lt(1),
  /** Ends the training early: from step `from` the rate falls straight to 0 at step `to`. A stopped run may be given one. */
  cooldown: z
    .strictObject({ from: z.int().positive(), to: z.int().positive() })
    .refine(({ from, to }) => from < to, 'from must be below to: the rate falls between them')
    .nullable(),
  /** Of the training's matrix products; parameters, moments and the held-out loss stay in float32. bfloat16 is the faster one on processors that have it. */
  // Records from before this setting were made in float32.
  matmulPrecision: z.enum(['float32', 'bfloat16']).default('float32'),
});

/** A Chinese encoder by masked language modelling; the other recipes begin from it. */
export const pretrain = defineRecipe({
  name: 'pretrain',
  claim: 'A small Chinese encoder learns from unlabelled text; the others begin from it.',
  paper: 'Devlin et al. 2019, BERT',
  published: [],
  data: ['corpus/zh-modern.txt.gz', 'corpus/zh-modern.valid.txt', 'vocab/bert-base-chinese.txt'],
  startsFromEncoder: 'optional',
  settings,
  sizes: {
    tiny: { ...tinyPretraining, mask: classicMask, dropout: 0, cooldown: null, matmulPrecision: 'float32' },
    laptop: {
      corpus: { documents: 100_000, length: 64, vocabulary: 'bert', held: 300 },
      encoder: { layers: 4, width: 256, heads: 4, dropout: 0.1, initializerRange: 0.02 },
      train: { steps: 6500, batch: 32, learningRate: 1e-3, warmup: 0.06, weightDecay: 0.01, optimiser: 'adamw' },
      mask: classicMask,
      dropout: 0,
      cooldown: null,
      matmulPrecision: 'float32',
    },
    full: {
      ...fullPretraining,
      mask: { ...classicMask, units: 'word' },
      dropout: 0.1,
      cooldown: null,
      matmulPrecision: 'float32',
    },
  },
  arms: ({ encoder: { layers, width, heads, ...same } }) => {
    const half = (size: number) => Math.max(1, Math.floor(size / 2));
    const encoder = { layers: half(layers), width: half(width), heads: half(heads), ...same };
    return [
      { name: 'mlm', row: 'MLM', set: {} },
      // For recipes with so many arms and seeds that the other one would take days.
      { name: 'mlm-half', row: 'MLM, half the layers and width', set: { encoder } },
    ];
  },
  baseline: 'MLM',
  minutes: { tiny: 0.1, laptop: 100, full: 100_000 },
  run: async (lab, { corpus: wanted, encoder: sizes, train, mask, dropout, cooldown, matmulPrecision }) => {
    const loaded = await openEncoder(lab);
    if (loaded && (loaded.config.layers !== sizes.layers || loaded.config.width !== sizes.width))
      throw new Error(
        `pretrain: --encoder has ${loaded.config.layers} layers of ${loaded.config.width}, this arm asks for ${sizes.layers} of ${sizes.width}: choose --arm, or set encoder.layers and encoder.width.`,
      );
    const corpus = await openCorpus(lab, wanted, loaded);
    lab.say(corpus.about);
    const buckets = bucketsTo(wanted.length);
    const begun = loaded ?? freshOver(lab, corpus, { corpus: wanted, encoder: sizes, train });
    const start = { ...begun, config: { ...begun.config, dropout, attentionDropout: dropout } };
    const { encoder, measures } = await pretrainEncoder(lab, start, corpus, {
      ...train,
      mask,
      buckets,
      cooldown,
      matmulPrecision,
    });
    // A checkpoint that went on keeps its own dropout, as it keeps the rest of its config.
    const { dropout: own, attentionDropout } = loaded?.config ?? {
      dropout: sizes.dropout,
      attentionDropout: sizes.dropout,
    };
    const later = { dropout: own, attentionDropout };
    const { loaded: made } = encoder;
    await savePretrained(join(lab.folder, 'encoder'), { ...made, config: { ...made.config, ...later } });
    const lines = await askHeldOut(encoder, corpus, buckets);
    return {
      predictions: [{ name: 'held out, 15 % masked', kind: 'loss', lines }],
      measures: { ...measures },
    };
  },
});
