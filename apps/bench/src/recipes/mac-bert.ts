import { similarByEmbedding } from '@cloze/masking';
import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { classicMask, type MaskSettings, maskSettings } from './parts/mask-settings.ts';
import { openCorpus } from './parts/open-corpus.ts';
import { openEncoder } from './parts/open-start.ts';
import { pretrainAndTune } from './parts/pretrain-and-tune.ts';
import { tokenTableOf } from './parts/token-table-of.ts';
import { transferFiles, transferSettings, transferSizes } from './parts/transfer-settings.ts';

const settings = z.strictObject({
  ...transferSettings.shape,
  mask: maskSettings,
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
  data: transferFiles,
  startsFromEncoder: 'always',
  settings,
  sizes: transferSizes({ mask: classicMask }, ['tnews', 'afqmc', 'ocnli']),
  arms: () => [
    arm('token', 'tokens, 80/10/10', 'token', 'classic'),
    arm('word', 'whole words, 80/10/10', 'word', 'classic'),
    arm('ngram', 'n-grams, 80/10/10', 'ngram', 'classic'),
    arm('mac', 'n-grams, similar words', 'ngram', 'similar'),
  ],
  baseline: 'tokens, 80/10/10',
  minutes: { tiny: 0.2, laptop: 4, full: 100_000 },
  run: async (lab, { mask, ...rest }) => {
    if (mask.replacement !== 'similar') return pretrainAndTune(lab, rest, mask);
    const loaded = await openEncoder(lab);
    const corpus = await openCorpus(lab, rest.corpus, loaded);
    loaded?.dispose();
    const { table, width, ids } = tokenTableOf(corpus);
    return pretrainAndTune(lab, rest, mask, { corpus, similar: similarByEmbedding({ table, width, ids }) });
  },
});
