import { z } from 'zod';
import { defineRecipe } from './define-recipe.ts';
import { classicMask, maskSettings } from './parts/mask-settings.ts';
import { pretrainAndTune } from './parts/pretrain-and-tune.ts';
import { bucketsTo } from './parts/pretrain-settings.ts';
import { askHeldOut } from './parts/score-held-out.ts';
import { transferFiles, transferSettings, transferSizes } from './parts/transfer-settings.ts';

const settings = z.strictObject({
  ...transferSettings.shape,
  mask: maskSettings,
});

/** The static split of the comments on T-TA: 15 % of each row, chosen once, are all that is ever asked. */
export const staticSplit = defineRecipe({
  name: 'static-split',
  claim:
    'On small data, asking the same 15 % of each text for good leaves the rest for a fair evaluation; masks drawn anew use all of the text.',
  paper: 'comment by Allen7575 on kexue.fm/archives/7661, and the answer',
  published: [],
  data: transferFiles,
  startsFromEncoder: 'always',
  settings,
  sizes: transferSizes({ mask: classicMask }),
  arms: () => [
    { name: 'dynamic', row: 'drawn anew', set: { 'mask.positions': 'dynamic' } },
    { name: 'split', row: 'same 15 % for good', set: { 'mask.positions': 'split' } },
  ],
  baseline: 'drawn anew',
  minutes: { tiny: 0.2, laptop: 4, full: 100_000 },
  run: async (lab, { mask, ...rest }) => {
    const result = await pretrainAndTune(lab, rest, mask);
    // How well the text it was trained on is known, at places drawn anew: the gap to held-out text is what it learnt by heart.
    const seen = { ...result.corpus, held: result.corpus.train.slice(0, rest.corpus.held) };
    const lines = await askHeldOut(result.encoder, seen, bucketsTo(rest.corpus.length));
    return {
      predictions: [...result.predictions, { name: 'trained on', kind: 'loss', lines }],
      measures: result.measures,
    };
  },
});
