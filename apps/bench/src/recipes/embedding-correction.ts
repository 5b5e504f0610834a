import { correctEmbeddings } from '@cloze/encoder';
import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { tuneFromStart } from './parts/fine-tune-classifier.ts';
import { withWeights } from './parts/open-start.ts';
import { taskFiles } from './parts/task-files.ts';
import { classifierSettings, tuningSizes } from './parts/tune-settings.ts';

const settings = z.strictObject({
  tune: classifierSettings,
  task: z.string(),
  /** Whether the token table is corrected for the masking it was trained with. */
  correct: z.boolean(),
  /** That masking's rate; 80/10/10. */
  rate: z.number().gt(0).lt(1),
});
const tasks = ['tnews', 'iflytek', 'afqmc'];
const base = { task: 'tnews', correct: false, rate: 0.15 };

/** The embedding correction before fine-tuning. */
export const embeddingCorrection = defineRecipe({
  name: 'embedding-correction',
  claim: 'Correcting the token table for the [MASK] it was trained with changes nothing significantly.',
  paper: 'Su 2021, kexue.fm/archives/8770',
  published: [],
  data: taskFiles(tasks),
  startsFromEncoder: 'always',
  settings,
  sizes: tuningSizes(base),
  arms: () =>
    tasks.flatMap((task): Arm[] => [
      { name: `${task}.as-it-is`, row: 'as it is', set: { task } },
      { name: `${task}.corrected`, row: 'corrected', set: { task, correct: true } },
    ]),
  baseline: 'as it is',
  minutes: { tiny: 0.1, laptop: 0.3, full: 240 },
  run: (lab, { correct, rate, ...rest }) =>
    tuneFromStart(lab, rest, {}, (start) => {
      if (!correct) return start;
      const { parameters, config } = correctEmbeddings(start.parameters, start.config, {
        maskId: start.needMask().id,
        rate,
      });
      return withWeights(lab, start, parameters, config);
    }),
});
