import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { classicMask, maskSettings } from './parts/mask-settings.ts';
import { pretrainAndTune } from './parts/pretrain-and-tune.ts';
import { transferFiles, transferSettings, transferSizes } from './parts/transfer-settings.ts';

const settings = z.strictObject({
  ...transferSettings.shape,
  mask: maskSettings,
});
const mask = { ...classicMask, replacement: 'mask' } as const;

const cell = (corrupt: number, predict: number): Arm => ({
  name: `corrupt-${corrupt}-predict-${predict}`,
  row: `${corrupt} / ${predict}`,
  set: { 'mask.corrupt': corrupt / 100, 'mask.predict': predict / 100 },
});

/** Table 3 of "Should you mask 15 %": how much is hidden against how much is asked. */
export const corruptionPrediction = defineRecipe({
  name: 'corruption-prediction',
  claim: 'At equal updates a higher prediction rate helps and a higher corruption rate harms.',
  paper: 'Wettig et al. 2022, arXiv 2202.08005, Table 3',
  published: [
    {
      caption: 'GLUE dev, the two cells where corruption equals prediction',
      source: "DinkyTrain's README; the other four cells are images in the article and are not quoted",
      columns: ['MNLI', 'QNLI', 'QQP', 'SST-2'],
      rows: { '40 / 40': [84.5, 91.6, 88.1, 92.8], '20 / 20': [84.1, 91.3, 87.9, 92.7] },
      remark: 'the signs of the claim are the text of the article',
    },
  ],
  data: transferFiles,
  startsFromEncoder: 'always',
  settings,
  sizes: transferSizes({ mask }, ['tnews', 'iflytek', 'afqmc', 'ocnli']),
  arms: () => [cell(40, 40), cell(40, 20), cell(20, 20), cell(20, 40), cell(10, 40), cell(5, 40)],
  baseline: '40 / 40',
  minutes: { tiny: 0.15, laptop: 12, full: 200_000 },
  run: (lab, { mask, ...rest }) => pretrainAndTune(lab, rest, mask),
});
