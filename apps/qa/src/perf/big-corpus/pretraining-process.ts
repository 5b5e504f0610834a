import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { masked, prefetch } from '@cloze/datasets';
import { openCorpus } from '@cloze/datasets/node';
import { bert, candidateIds, slotsFor } from '@cloze/masking';
import { askedBatch, openModel, pretrain } from '@cloze/models/node';
import { streamFrom } from '@cloze/random';
import { mlmTraining } from '../mlm-training.ts';
import { sizes } from './sizes.ts';

const [mode, file = '', output = '', steps = '0'] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const peakMegabytes = () => process.resourceUsage().maxRSS / 1024;
const maxSteps = Number(steps);

/** A pretraining as a user calls it: when its first step ends, how fast it is, what it needs, what it learns. */
async function wholeRun(): Promise<void> {
  let [first, tokens] = [0, 0];
  const run = await pretrain(
    { corpus: file, ...sizes, maxSteps, heldOutRows: 0, output },
    {
      callbacks: [
        {
          onStepEnd: (record) => {
            if (first === 0) {
              first = performance.now();
              // `performance.now()` counts from the start of the process: reading and tracing are in it.
              say({ firstStepSeconds: first / 1000 });
            } else tokens += record.tokens;
            say({ step: record.step });
          },
        },
      ],
    },
  );
  const tokensPerSecond = (1000 * tokens) / (performance.now() - first);
  await run.model.save(join(output, 'model'));
  const weights = createHash('sha256')
    .update(readFileSync(join(output, 'model', 'model.safetensors')))
    .digest('hex');
  say({ tokensPerSecond, peakMegabytes: peakMegabytes(), weights, lastLoss: run.lastLoss });
  run.model.dispose();
}

/** The same steps as a loop of one's own, so that waiting for batches is told apart; the corpus is tokenised meanwhile. */
async function ownLoop(): Promise<void> {
  const { engine, tokenizer, padId, needMask, config } = await openModel(join(output, 'model'));
  const corpus = await openCorpus(file, { tokenizer, padId, length: sizes.length, folder: join(output, 'loop') });
  const tokens = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? '');
  const setting = { maskId: needMask().id, candidates: candidateIds(tokens), random: streamFrom(1) };
  const stream = prefetch(masked(corpus.batches({ size: sizes.batchSize, seed: 1 }), bert, setting), { ahead: 4 });
  const { training } = mlmTraining(engine, {
    ...{ layers: config.layers, width: config.width, batch: sizes.batchSize, length: sizes.length },
  });
  let [waited, began] = [0, 0];
  for (let step = 0; step <= maxSteps; step++) {
    // The first step traces.
    if (step === 1) [waited, began] = [0, performance.now()];
    const asked = performance.now();
    const { value, done } = await stream.next();
    waited += performance.now() - asked;
    if (done) throw new Error(`the corpus ended at step ${step}.`);
    await training.run(askedBatch(value[1]));
  }
  say({ idlePercent: (100 * waited) / (performance.now() - began), slots: slotsFor(bert, sizes.length) });
  await stream.return(undefined);
  await corpus.close();
  training.dispose();
  engine.dispose();
}

await (mode === 'loop' ? ownLoop() : wholeRun());
