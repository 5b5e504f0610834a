import { classification, fineTune, openModel, pretrain } from '@cloze/models/node';

// The same as tooling/peers/transformers_run.py, as a user writes it: from an interpreter that starts to figures.
const [mode, folder = '', ...args] = process.argv.slice(2);
const number = (i: number) => Number(args[i]);
const say = (figures: object) =>
  process.stdout.write(`${JSON.stringify({ peakMegabytes: process.resourceUsage().maxRSS / 1024, ...figures })}\n`);

if (mode === 'fine-tune') {
  const [train = '', dev = ''] = args;
  const encoder = await openModel(folder);
  const run = await fineTune(encoder, {
    task: classification({ text: 'text', label: 'label' }),
    ...{ train, dev, removeDuplicates: false },
    ...{ maximumLength: number(2), batchSize: number(3), epochs: number(4), learningRate: number(5) },
    seeds: [number(6)],
  });
  say({ accuracy: run.dev.accuracy.value, steps: run.trainings[0]?.outcome.step });
  run.model.dispose();
  encoder.dispose();
} else {
  const [corpus = '', , , , , output = ''] = args;
  const { model, lastLoss, steps, tokens } = await pretrain({
    ...{ model: folder, corpus, output, length: number(1), batchSize: number(2), maxSteps: number(3) },
    ...{ learningRate: number(4), heldOutRows: 0 },
  });
  say({ loss: lastLoss, steps, tokens });
  model.dispose();
}
