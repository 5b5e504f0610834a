import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { tuneFromStart } from './parts/fine-tune-classifier.ts';
import { regulariserSettings, unregularised } from './parts/regulariser-settings.ts';
import { taskFiles } from './parts/task-files.ts';
import { classifierSettings, tuningSizes } from './parts/tune-settings.ts';

const settings = z.strictObject({
  tune: classifierSettings,
  task: z.string(),
  regulariser: regulariserSettings,
  dropout: z.number().min(0).lt(1),
  /** Predictions with dropout on that are averaged; 0: one with dropout off (the weight average). */
  samples: z.int().min(0),
});
const base = { task: 'tnews', regulariser: unregularised, dropout: 0.1, samples: 0 };
const rDrop = { name: 'r-drop', strength: 4 } as const;
const arm = (name: string, row: string, set: Arm['set']): Arm => ({ name, row, set });

/** Model average against weight average. */
export const modelAverageRecipe = defineRecipe({
  name: 'model-average',
  claim:
    'Dropout makes what is trained (the average of models) differ from what is used (the average of weights); R-Drop brings the two together.',
  paper: 'kexue.fm/archives/8496 and 8770',
  published: [],
  data: taskFiles(['tnews']),
  startsFromEncoder: 'always',
  settings,
  sizes: tuningSizes(base),
  arms: ({ dropout }) => [
    arm('weights', 'dropout, weight average', { dropout: Math.max(0.3, dropout) }),
    arm('models', 'dropout, model average', { dropout: Math.max(0.3, dropout), samples: 16 }),
    arm('r-drop-weights', 'R-Drop, weight average', { dropout: Math.max(0.3, dropout), regulariser: rDrop }),
    arm('r-drop-models', 'R-Drop, model average', { dropout: Math.max(0.3, dropout), regulariser: rDrop, samples: 16 }),
  ],
  baseline: 'dropout, weight average',
  minutes: { tiny: 0.1, laptop: 0.9, full: 300 },
  run: (lab, { tune, task, ...own }) => tuneFromStart(lab, { tune, task }, own),
});
