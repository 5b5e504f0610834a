import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { openStart } from './parts/open-start.ts';
import { openTask } from './parts/open-task.ts';
import { taskFiles } from './parts/task-files.ts';
import { similaritySet, trainSimcse } from './parts/train-simcse.ts';
import { fullTuning, laptopTuning, tinyTuning, tuneSettings } from './parts/tune-settings.ts';

const settings = z.strictObject({
  tune: tuneSettings,
  task: z.string(),
  /** Whether the encoder is trained by SimCSE first. */
  contrastive: z.boolean(),
  pooling: z.enum(['first', 'mean', 'first-last']),
  temperature: z.number().positive(),
  dropout: z.number().min(0).lt(1),
});
const tasks = ['bustm', 'afqmc'];
const base = { task: 'bustm', contrastive: false, pooling: 'mean', temperature: 0.05, dropout: 0.3 } as const;

/** Unsupervised SimCSE on Chinese pairs. */
export const simCse = defineRecipe({
  name: 'sim-cse',
  claim: 'Two passes with other dropout as a pair make sentence vectors whose cosine says much more of similarity.',
  paper: 'Gao, Yao and Chen 2021, SimCSE; kexue.fm/archives/8348',
  published: [
    {
      caption: 'BERT base, mean of the last layer (P3), Spearman x 100',
      source: 'kexue.fm/archives/8348',
      columns: ['ATEC', 'BQ', 'LCQMC', 'PAWSX', 'STS-B'],
      rows: { 'as it is': [20.79, 33.08, 59.22, 16.68, 57.48], SimCSE: [32.89, 49.58, 71.83, 14.47, 70.08] },
      remark: 'other tasks than ours; single runs',
    },
  ],
  data: taskFiles(tasks),
  startsFromEncoder: 'always',
  settings,
  sizes: {
    tiny: { ...base, task: 'bustm', tune: tinyTuning },
    laptop: { ...base, task: 'bustm', tune: { ...laptopTuning, train: { ...laptopTuning.train, learningRate: 1e-4 } } },
    full: { ...base, task: 'bustm', tune: { ...fullTuning, train: { ...fullTuning.train, learningRate: 1e-5 } } },
  },
  arms: () =>
    tasks.flatMap((task): Arm[] => [
      { name: `${task}.as-it-is`, row: 'as it is', set: { task } },
      { name: `${task}.simcse`, row: 'SimCSE', set: { task, contrastive: true } },
    ]),
  baseline: 'as it is',
  minutes: { tiny: 0.1, laptop: 0.3, full: 60 },
  run: async (lab, { tune, task: name, contrastive, pooling, temperature, dropout }) => {
    const start = await openStart(lab);
    const task = openTask(lab, name, tune.limits);
    const options = { ...tune.train, length: tune.length, pooling, temperature, dropout };
    const { encoder, measures } = contrastive
      ? await trainSimcse(
          lab,
          start,
          task.train.flatMap(({ texts }) => texts),
          options,
        )
      : { encoder: start, measures: undefined };
    return { predictions: [await similaritySet(encoder, task, options)], measures: { ...measures } };
  },
});
