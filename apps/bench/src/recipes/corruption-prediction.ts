import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { classicMask, maskSettings } from './parts/mask-plan.ts';
import { pretrainAndTune } from './parts/pretrain-and-tune.ts';
import { fullPretraining, laptopPretraining, pretrainSettings, tinyPretraining } from './parts/pretrain-settings.ts';
import { fullTuning, laptopTuning, tinyTuning, tuneSettings } from './parts/tune-settings.ts';

const settings = z.strictObject({
  ...pretrainSettings.shape,
  mask: maskSettings,
  tune: tuneSettings,
  tasks: z.array(z.string()),
});

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
  data: ['corpus/zh-modern.txt.gz', 'corpus/zh-modern.valid.txt'],
  startsFromEncoder: true,
  settings,
  sizes: {
    tiny: { ...tinyPretraining, mask: { ...classicMask, replacement: 'mask' }, tune: tinyTuning, tasks: ['tnews'] },
    laptop: {
      ...laptopPretraining,
      mask: { ...classicMask, replacement: 'mask' },
      tune: laptopTuning,
      tasks: ['tnews'],
    },
    full: {
      ...fullPretraining,
      mask: { ...classicMask, replacement: 'mask' },
      tune: fullTuning,
      tasks: ['tnews', 'iflytek', 'afqmc', 'ocnli'],
    },
  },
  arms: () => [cell(40, 40), cell(40, 20), cell(20, 20), cell(20, 40), cell(10, 40), cell(5, 40)],
  baseline: '40 / 40',
  minutes: { tiny: 0.15, laptop: 1, full: 200_000 },
  run: (lab, { mask, ...rest }) => pretrainAndTune(lab, rest, mask),
});
