import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { tuneFromStart } from './parts/fine-tune-classifier.ts';
import { taskFiles } from './parts/task-files.ts';
import { classifierSettings, tuningSizes } from './parts/tune-settings.ts';

const settings = z.strictObject({ tune: classifierSettings, task: z.string(), rate: z.number().min(0).lt(1) });
const tasks = ['iflytek', 'tnews', 'afqmc', 'ocnli', 'cluewsc2020', 'csl'];
const rates = [0, 0.1, 0.15, 0.25, 0.5];

/** DropToken: rows lose tokens in fine-tuning. */
export const dropToken = defineRecipe({
  name: 'drop-token',
  claim:
    'Dropping 10 to 15 % of the tokens in fine-tuning regularises; it clearly helps IFLYTEK, elsewhere it depends.',
  paper: 'Su 2021, kexue.fm/archives/8770',
  published: [
    {
      caption: 'BERT base, validation accuracy %',
      source: 'kexue.fm/archives/8770',
      columns: tasks,
      rows: {
        'DropToken 0.00': [60.06, 56.8, 72.41, 73.93, 78.62, 83.93],
        'DropToken 0.10': [60.56, 57.0, 72.61, 73.76, 77.3, 83.33],
        'DropToken 0.15': [60.1, 56.68, 72.5, 74.54, 77.3, 83.3],
        'DropToken 0.25': [61.29, 56.88, 72.34, 73.09, 73.68, 83.37],
        'DropToken 0.50': [61.45, 57.02, 69.76, 70.68, 69.41, 82.56],
      },
      remark:
        'single runs: the gain on IFLYTEK is 0.9 to 1.0 standard errors; only the losses at 0.50 on WSC, OCNLI and AFQMC exceed two',
    },
  ],
  data: taskFiles(tasks),
  startsFromEncoder: 'always',
  settings,
  sizes: tuningSizes({ task: 'tnews', rate: 0 }),
  arms: () =>
    tasks.flatMap((task) =>
      rates.map(
        (rate): Arm => ({
          name: `${task}.drop-${rate.toFixed(2)}`,
          row: `DropToken ${rate.toFixed(2)}`,
          set: { task, rate },
        }),
      ),
    ),
  baseline: 'DropToken 0.00',
  minutes: { tiny: 0.1, laptop: 0.7, full: 240 },
  run: (lab, { rate, ...rest }) => tuneFromStart(lab, rest, { dropTokens: rate }),
});
