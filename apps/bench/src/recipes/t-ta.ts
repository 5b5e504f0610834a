import { z } from 'zod';
import { defineRecipe } from './define-recipe.ts';
import { attentionMap } from './parts/attention-map.ts';
import { fineTuneClassifier } from './parts/fine-tune-classifier.ts';
import { classicMask } from './parts/mask-settings.ts';
import { openCorpus } from './parts/open-corpus.ts';
import { openTask } from './parts/open-task.ts';
import type { PredictionSet } from './parts/prediction-set.ts';
import { freshOver } from './parts/pretrain-and-tune.ts';
import { pretrainEncoder } from './parts/pretrain-encoder.ts';
import { bucketsTo } from './parts/pretrain-settings.ts';
import { scoreHeldOut } from './parts/score-held-out.ts';
import { transferFiles, transferSettings, transferSizes } from './parts/transfer-settings.ts';

const settings = z.strictObject({
  ...transferSettings.shape,
  architecture: z.enum(['bert', 't-ta', 'left-to-right']),
});

const sizes = transferSizes({ architecture: 'bert' } as const, ['tnews', 'afqmc']);

/** What each architecture is to the encoder package. */
const encoders = {
  bert: { family: 'bert', own: {} },
  't-ta': { family: 't-ta', own: {} },
  'left-to-right': { family: 'bert', own: { leftToRight: true } },
} as const;

/** A line whose attention is drawn for every architecture. */
export const attentionText = '床前明月光，疑是地上霜。';

/** T-TA against masked and left-to-right language models of the same size. */
export const tta = defineRecipe({
  name: 't-ta',
  claim:
    'A T-TA of the size of an MLM or a left-to-right LM is as good or better, trains faster, and scores a sentence in one pass.',
  paper: 'Shin, Lee and Jung 2020, T-TA; kexue.fm/archives/7661',
  published: [],
  data: transferFiles,
  startsFromEncoder: 'never',
  settings,
  sizes: {
    ...sizes,
    full: { ...sizes.full, encoder: { ...sizes.full.encoder, layers: 3, width: 512, heads: 8 } },
  },
  arms: () => [
    { name: 'mlm', row: 'MLM', set: { architecture: 'bert' } },
    { name: 'lm', row: 'left-to-right LM', set: { architecture: 'left-to-right' } },
    { name: 't-ta', row: 'T-TA', set: { architecture: 't-ta' } },
  ],
  baseline: 'MLM',
  minutes: { tiny: 0.2, laptop: 7, full: 20_000 },
  run: async (lab, wanted) => {
    const corpus = await openCorpus(lab, wanted.corpus);
    lab.say(corpus.about);
    const buckets = bucketsTo(wanted.corpus.length);
    const { family, own } = encoders[wanted.architecture];
    const start = freshOver(lab, corpus, wanted, family, own);
    const { encoder, measures } = await pretrainEncoder(lab, start, corpus, {
      ...wanted.train,
      mask: classicMask,
      buckets,
    });
    const began = lab.now();
    const lines = await scoreHeldOut(encoder, corpus);
    const scoringSeconds = lab.now() - began;
    const predictions: PredictionSet[] = [{ name: 'every token', kind: 'loss', lines }];
    for (const name of wanted.tasks) {
      const task = openTask(lab, name, wanted.tune.limits);
      const tune = { ...wanted.tune.train, length: wanted.tune.length };
      const { set } = await fineTuneClassifier(lab, encoder, task, { ...tune, showDiagonal: false });
      predictions.push(set);
      // Others always show it: their figure is the same in both columns, so that T-TA's can be tested against it.
      const shown = `${name}, diagonal shown`;
      if (wanted.architecture !== 't-ta') predictions.push({ ...set, name: shown });
      else {
        const phase = `fine-tune ${shown}`;
        predictions.push((await fineTuneClassifier(lab, encoder, task, { ...tune, phase, setName: shown })).set);
      }
    }
    const held = corpus.held.reduce((sum, { ids }) => sum + ids.length - 2, 0);
    return {
      predictions,
      measures: {
        ...measures,
        scoringSeconds,
        scoredTokensPerSecond: held / scoringSeconds,
      },
      extras: { attention: await attentionMap(encoder, attentionText) },
    };
  },
});
