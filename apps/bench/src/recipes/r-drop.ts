import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { tuneFromStart } from './parts/fine-tune-classifier.ts';
import { type RegulariserSettings, regulariserSettings, unregularised } from './parts/regulariser-settings.ts';
import { taskFiles } from './parts/task-files.ts';
import { classifierSettings, laptopTuning, tuningSizes } from './parts/tune-settings.ts';

const settings = z.strictObject({
  tune: classifierSettings,
  task: z.string(),
  regulariser: regulariserSettings,
  dropout: z.number().min(0).lt(1),
});

const sizes = tuningSizes({ task: 'tnews', regulariser: unregularised, dropout: 0.1 });

const rows: Readonly<Record<string, { readonly regulariser: RegulariserSettings; readonly dropout: number }>> = {
  none: { regulariser: unregularised, dropout: 0.1 },
  FGM: { regulariser: { name: 'fgm', strength: 0.5 }, dropout: 0.1 },
  'gradient penalty': { regulariser: { name: 'gradient-penalty', strength: 1 }, dropout: 0.1 },
  'R-Drop': { regulariser: { name: 'r-drop', strength: 4 }, dropout: 0.3 },
};

/** R-Drop against adversarial training on classification. */
export const rDropRecipe = defineRecipe({
  name: 'r-drop',
  claim: 'R-Drop improves classification as much as adversarial training and the gradient penalty, or more.',
  paper: 'Liang et al. 2021, R-Drop; kexue.fm/archives/8496',
  published: [
    {
      caption: 'BERT base, accuracy %',
      source: 'kexue.fm/archives/8496',
      columns: ['iflytek', 'tnews'],
      rows: {
        none: [60.29, 56.58],
        FGM: [62.46, 57.66],
        'gradient penalty': [62.31, 57.81],
        'R-Drop': [62.69, 57.51],
      },
      remark:
        "the row 'none' is CLUE's leaderboard figure on the hidden test set, not a run of the author's; single runs; R-Drop against FGM on IFLYTEK is 0.2 standard errors",
    },
  ],
  data: taskFiles(['iflytek', 'tnews']),
  startsFromEncoder: 'always',
  settings,
  sizes: {
    ...sizes,
    // A few epochs of few rows: nearer to the articles' fifty epochs than one epoch of all.
    laptop: { ...sizes.laptop, tune: { ...sizes.laptop.tune, limits: { ...laptopTuning.limits, train: 1000 } } },
  },
  arms: () =>
    ['iflytek', 'tnews'].flatMap((task) =>
      Object.entries(rows).map(
        ([row, { regulariser, dropout }]): Arm => ({
          name: `${task}.${row.toLowerCase().replace(' ', '-')}`,
          row,
          set: { task, regulariser, dropout },
        }),
      ),
    ),
  baseline: 'none',
  minutes: { tiny: 0.1, laptop: 1.1, full: 600 },
  run: (lab, { regulariser, dropout, ...rest }) => tuneFromStart(lab, rest, { regulariser, dropout }),
});
