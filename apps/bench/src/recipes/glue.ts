import { defineRecipe } from './define-recipe.ts';
import { benchmarkArms, benchmarkSettings, benchmarkSizes, encoderRow, runBenchmark } from './parts/benchmark-run.ts';

/** Figures of BERT's average, in its table's order; MNLI gives two. */
const averaged = 'mnli-m mnli-mm qqp qnli sst-2 cola sts-b mrpc rte'.split(' ');

/** GLUE whole: an encoder on every task. */
export const glueRecipe = defineRecipe({
  name: 'glue',
  claim: "An encoder's average over GLUE's tasks says how well it understands English.",
  paper: 'Wang et al. 2019, GLUE; Devlin et al. 2019, BERT',
  published: [
    {
      caption:
        'hidden test sets: F1 % for qqp and mrpc, Spearman for sts-b, Matthews for cola, accuracy % for the others',
      source: 'Devlin et al. 2019, table 1',
      columns: ['average', ...averaged],
      rows: {
        'BERT base': [79.6, 84.6, 83.4, 71.2, 90.5, 93.5, 52.1, 85.8, 88.9, 66.4],
        'BERT large': [82.1, 86.7, 85.9, 72.1, 92.7, 94.9, 60.5, 86.5, 89.3, 70.1],
      },
      remark:
        'the best of four rates on dev, large with restarts; the average leaves WNLI out and counts both MNLI sets; the leaderboard’s own has WNLI, and means of the two figures of a task',
    },
  ],
  data: ['glue'],
  startsFromEncoder: 'always',
  settings: benchmarkSettings,
  sizes: benchmarkSizes('cola'),
  arms: (size) => benchmarkArms(['cola', 'sst-2', 'mrpc', 'sts-b', 'qqp', 'mnli', 'qnli', 'rte', 'wnli'], {}, size),
  average: averaged,
  baseline: encoderRow,
  minutes: { tiny: 0.1, laptop: 8, full: 3000 },
  run: (lab, settings) => runBenchmark(lab, settings),
});
