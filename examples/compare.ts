import { classification, compare, fineTune, openModel } from '@cloze/models/node';

const encoder = await openModel(process.argv[2] ?? 'runs/examples/mine');
const settings = {
  task: classification({ text: 'review', label: 'stars' }),
  train: 'data/reviews.csv',
  dev: 'data/reviews.dev.csv',
  epochs: 2,
  batchSize: 16,
  learningRate: 1e-3,
  seeds: 3,
} as const;
const plain = await fineTune(encoder, settings);
const attacked = await fineTune(encoder, { ...settings, regulariser: { name: 'fgm' } });
console.log(compare(plain, attacked));
