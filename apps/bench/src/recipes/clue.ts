import { defineRecipe } from './define-recipe.ts';
import { benchmarkArms, benchmarkSettings, benchmarkSizes, encoderRow, runBenchmark } from './parts/benchmark-run.ts';

/** Tasks of CLUE's average, in its table's order. */
const averaged = 'afqmc tnews iflytek cmnli ocnli cluewsc2020 csl cmrc2018 chid c3'.split(' ');

/** Epochs and longest rows of the published figures. */
const own = {
  cmnli: { epochs: 2 },
  ocnli: { epochs: 5 },
  cluewsc2020: { epochs: 50, batch: 16 },
  csl: { epochs: 5, length: 256 },
  cmrc2018: { epochs: 2, length: 512 },
  chid: { epochs: 3, length: 64, warmup: 0.06 },
  c3: { epochs: 8, batch: 24, length: 512 },
};

/** CLUE whole: an encoder on every task. */
export const clueRecipe = defineRecipe({
  name: 'clue',
  claim: "An encoder's average over CLUE's tasks says how well it understands Chinese.",
  paper: 'Xu et al. 2020, CLUE',
  published: [
    {
      caption: 'dev sets, accuracy %; cmrc2018 exact match %, its F1 beside',
      source: 'PaddleNLP, examples/benchmark/clue',
      columns: ['average', ...averaged, 'cmrc2018 F1'],
      rows: {
        'RoBERTa-wwm-ext': [74.42, 74.75, 58.08, 61.22, 81.66, 77.25, 88.55, 81.63, 68.69, 83.41, 67.69, 88.75],
        'RoBERTa-wwm-ext-large': [76.54, 75.32, 59.33, 62.33, 83.87, 78.81, 90.79, 83.37, 70.58, 85.72, 75.26, 89.82],
        'ERNIE 3.0-Medium': [72.86, 75.35, 57.45, 60.18, 81.16, 77.19, 79.28, 81.93, 65.83, 80, 70.36, 87.29],
        'ERNIE 3.0-Large': [78.71, 77.36, 60.21, 62.75, 85.06, 82.14, 91.12, 84.23, 72.76, 86.84, 84.67, 91.87],
      },
      remark:
        'single runs, the best of a grid of rates and batch sizes and of all evaluations on the dev set that is reported; the average takes exact match for cmrc2018 (the first row’s tasks have the mean 74.29)',
    },
  ],
  data: ['clue'],
  startsFromEncoder: 'always',
  settings: benchmarkSettings,
  sizes: benchmarkSizes('tnews'),
  arms: (size) => benchmarkArms([...averaged, 'cluener'], own, size),
  average: averaged,
  baseline: encoderRow,
  minutes: { tiny: 0.1, laptop: 10, full: 3000 },
  run: (lab, settings) => runBenchmark(lab, settings),
});
