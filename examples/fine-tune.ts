import { classification, fineTune, openModel } from '@cloze/models/node';

// A folder or hub id; examples/pretrain.ts makes this one.
const encoder = await openModel(process.argv[2] ?? 'runs/examples/mine');
const run = await fineTune(encoder, {
  task: classification({ text: 'review', label: 'stars' }),
  train: 'data/reviews.csv',
  dev: 'data/reviews.dev.csv',
  epochs: 8,
  batchSize: 16,
  learningRate: 1e-3,
  seeds: 2,
  regulariser: { name: 'r-drop', alpha: 1 },
  output: 'runs/examples/reviews',
});
console.log(run.dev.accuracy);
await run.model.save('runs/examples/reviews-model');
console.log(await run.model.predict(['房间又干净又安静']));
