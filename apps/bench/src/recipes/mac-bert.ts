import { similarByEmbedding } from '@cloze/masking';
import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { classicMask, type MaskSettings, maskSettings } from './parts/mask-plan.ts';
import { openCorpus } from './parts/open-corpus.ts';
import { pretrainAndTune } from './parts/pretrain-and-tune.ts';
import { fullPretraining, laptopPretraining, pretrainSettings, tinyPretraining } from './parts/pretrain-settings.ts';
import { tokenTableOf } from './parts/token-table-of.ts';
import { fullTuning, laptopTuning, tinyTuning, tuneSettings } from './parts/tune-settings.ts';
import { vocabularyOf } from './parts/vocabulary-of.ts';

const settings = z.strictObject({
  ...pretrainSettings.shape,
  mask: maskSettings,
  tune: tuneSettings,
  tasks: z.array(z.string()),
});
const arm = (
  name: string,
  row: string,
  units: MaskSettings['units'],
  replacement: MaskSettings['replacement'],
): Arm => ({
  name,
  row,
  set: { 'mask.units': units, 'mask.replacement': replacement },
});

/** MacBERT's masking without [MASK]. */
export const macBertRecipe = defineRecipe({
  name: 'mac-bert',
  claim:
    'Replacing words by similar ones instead of [MASK] makes pretraining like fine-tuning; against a RoBERTa of the same code the difference is not significant.',
  paper: 'Cui et al. 2020, MacBERT; remark in kexue.fm/archives/8770',
  published: [],
  data: ['corpus/zh-modern.txt.gz', 'corpus/zh-modern.valid.txt', 'clue/tnews/train.json', 'clue/tnews/dev.json'],
  startsFromEncoder: true,
  settings,
  sizes: {
    tiny: { ...tinyPretraining, mask: classicMask, tune: tinyTuning, tasks: ['tnews'] },
    laptop: { ...laptopPretraining, mask: classicMask, tune: laptopTuning, tasks: ['tnews'] },
    full: { ...fullPretraining, mask: classicMask, tune: fullTuning, tasks: ['tnews', 'afqmc', 'ocnli'] },
  },
  arms: () => [
    arm('token', 'tokens, 80/10/10', 'token', 'classic'),
    arm('word', 'whole words, 80/10/10', 'word', 'classic'),
    arm('ngram', 'n-grams, 80/10/10', 'ngram', 'classic'),
    arm('mac', 'n-grams, similar words', 'ngram', 'similar'),
  ],
  baseline: 'tokens, 80/10/10',
  minutes: { tiny: 0.2, laptop: 1, full: 100_000 },
  run: async (lab, { mask, ...rest }) => {
    if (mask.replacement !== 'similar') return pretrainAndTune(lab, rest, mask);
    const corpus = await openCorpus(lab, rest.corpus, await vocabularyOf(lab));
    const { table, width, ids } = tokenTableOf(corpus);
    return pretrainAndTune(lab, rest, mask, { corpus, similar: similarByEmbedding({ table, width, ids }) });
  },
});
