import { cslTitle } from '@cloze/datasets';
import { readPoems } from '@cloze/quick-start';
import { z } from 'zod';
import { type Arm, defineRecipe } from './define-recipe.ts';
import { fineTuneGenerator, generationRegulariser, type WrittenPair } from './parts/fine-tune-generator.ts';
import type { Lab } from './parts/lab.ts';
import { openStart } from './parts/open-start.ts';
import { rowsOf } from './parts/open-task.ts';
import { fullTuning, laptopTuning, precisionSetting, tinyTuning, tuneSettings } from './parts/tune-settings.ts';

const settings = z.strictObject({
  tune: tuneSettings.extend({ precision: precisionSetting }),
  /** Most tokens of a title, the end included. */
  targetLength: z.int().min(4),
  regulariser: generationRegulariser,
  dropout: z.number().min(0).lt(1),
});
const precision = 'float32' as const;
const base = { regulariser: { name: 'none', strength: 0 }, dropout: 0.1 } as const;
const arm = (
  row: string,
  name: z.infer<typeof generationRegulariser>['name'],
  strength: number,
  dropout = 0.1,
): Arm => ({
  name,
  row,
  set: { regulariser: { name, strength }, dropout },
});

/** Titles from abstracts; without data, the second couplet of a poem from the first. */
function pairsOf(lab: Lab, split: 'train' | 'dev', limit: number): WrittenPair[] {
  if (lab.data.root !== undefined)
    return rowsOf(lab, cslTitle, split)
      .slice(0, limit)
      .map((row) => ({
        id: row.line,
        source: row.source,
        target: row.title as string,
      }));
  return readPoems(60)
    .map(({ couplets }, id) => ({ id, source: couplets[0] as string, target: couplets[1] as string }))
    .filter(({ id }) => (id % 5 === 0) === (split === 'dev'))
    .slice(0, limit);
}

/** Titles of papers, written by a UniLM. */
export const cslTitleRecipe = defineRecipe({
  name: 'csl-title',
  claim: 'R-Drop improves title generation more than the gradient penalty, and that more than random replacement.',
  paper: 'kexue.fm/archives/8496 and 7259',
  published: [
    {
      caption: 'BERT base (wwm), UniLM, greedy',
      source: 'kexue.fm/archives/8496',
      columns: ['ROUGE-L', 'ROUGE-1', 'ROUGE-2', 'BLEU'],
      rows: {
        baseline: [63.81, 65.45, 54.91, 45.52],
        'random replacement': [64.44, 66.09, 55.56, 46.1],
        'gradient penalty': [65.41, 67.29, 56.64, 47.37],
        'R-Drop': [65.51, 67.41, 57.12, 47.82],
      },
      remark:
        'the first three rows are means of two runs, the last one of one; the best epoch by BLEU on the set that is reported',
    },
  ],
  data: ['csl-title/train.tsv', 'csl-title/dev.tsv'],
  startsFromEncoder: 'always',
  settings,
  sizes: {
    tiny: { ...base, tune: { ...tinyTuning, length: 48, precision }, targetLength: 20 },
    laptop: { ...base, tune: { ...laptopTuning, length: 64, precision }, targetLength: 24 },
    full: { ...base, tune: { ...fullTuning, length: 256, precision }, targetLength: 32 },
  },
  arms: () => [
    arm('baseline', 'none', 0),
    arm('random replacement', 'random-replacement', 0.3),
    arm('gradient penalty', 'gradient-penalty', 1),
    arm('R-Drop', 'r-drop', 4, 0.3),
  ],
  baseline: 'baseline',
  minutes: { tiny: 0.2, laptop: 1.8, full: 1200 },
  run: async (lab, { tune, targetLength, regulariser, dropout }) => {
    const start = await openStart(lab, 'head');
    const pairs = {
      name: 'csl-title',
      train: pairsOf(lab, 'train', tune.limits.train),
      dev: pairsOf(lab, 'dev', tune.limits.dev),
    };
    const { set, measures } = await fineTuneGenerator(lab, start, pairs, {
      ...tune.train,
      length: tune.length,
      precision: tune.precision,
      targetLength,
      regulariser,
      dropout,
    });
    return {
      predictions: [set],
      measures: { ...measures },
    };
  },
});
