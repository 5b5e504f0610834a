import { z } from 'zod';
import { defineRecipe } from './define-recipe.ts';
import { tuneOnTasks } from './parts/fine-tune-classifier.ts';
import { classicMask } from './parts/mask-settings.ts';
import { openCorpus } from './parts/open-corpus.ts';
import { freshOver } from './parts/pretrain-and-tune.ts';
import { pretrainEncoder } from './parts/pretrain-encoder.ts';
import { pretrainMae } from './parts/pretrain-mae.ts';
import { bucketsTo } from './parts/pretrain-settings.ts';
import { transferFiles, transferSettings, transferSizes } from './parts/transfer-settings.ts';

const settings = z.strictObject({
  ...transferSettings.shape,
  objective: z.enum(['mlm', 'mae']),
  /** Share of tokens that MAE removes. */
  rate: z.number().gt(0).lt(1),
  decoder: z.strictObject({ layers: z.int().positive(), width: z.int().positive(), heads: z.int().positive() }),
  /** Steps of this arm are these times `train.steps`. */
  longer: z.number().positive(),
  /** Seconds of one MLM step over those of one MAE step, measured before: how much longer MAE runs at equal time. */
  equalTime: z.number().positive(),
});
const sizes = transferSizes({ objective: 'mlm', rate: 0.75, longer: 1 } as const, ['tnews', 'iflytek']);

/** MAE for text against MLM. */
export const mae = defineRecipe({
  name: 'mae',
  claim:
    'MAE, whose encoder sees kept tokens only, is consistent between pretraining and fine-tuning, and trains faster.',
  paper: 'He et al. 2021, MAE, read as dropout in kexue.fm/archives/8770',
  published: [],
  data: transferFiles,
  startsFromEncoder: 'never',
  settings,
  sizes: {
    tiny: { ...sizes.tiny, decoder: { layers: 1, width: 16, heads: 2 }, equalTime: 1.5 },
    laptop: { ...sizes.laptop, decoder: { layers: 1, width: 48, heads: 1 }, equalTime: 1.1 },
    full: { ...sizes.full, decoder: { layers: 2, width: 384, heads: 6 }, equalTime: 2 },
  },
  arms: ({ equalTime }) => [
    { name: 'mlm', row: 'MLM 15 %', set: { objective: 'mlm' } },
    { name: 'mae-0.75', row: 'MAE 75 %, equal steps', set: { objective: 'mae' } },
    { name: 'mae-0.75-time', row: 'MAE 75 %, equal time', set: { objective: 'mae', longer: equalTime } },
    { name: 'mae-0.15', row: 'MAE 15 %, equal steps', set: { objective: 'mae', rate: 0.15 } },
  ],
  baseline: 'MLM 15 %',
  minutes: { tiny: 0.2, laptop: 6, full: 80_000 },
  run: async (lab, wanted) => {
    const corpus = await openCorpus(lab, wanted.corpus);
    lab.say(corpus.about);
    const buckets = bucketsTo(wanted.corpus.length);
    const start = freshOver(lab, corpus, wanted);
    const train = { ...wanted.train, steps: Math.round(wanted.train.steps * wanted.longer), buckets };
    const { encoder, measures } =
      wanted.objective === 'mlm'
        ? await pretrainEncoder(lab, start, corpus, { ...train, mask: classicMask })
        : await pretrainMae(lab, start, corpus, { ...train, rate: wanted.rate, decoder: wanted.decoder });
    return { predictions: await tuneOnTasks(lab, encoder, wanted), measures: { ...measures } };
  },
});
