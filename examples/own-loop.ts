import { masked } from '@cloze/datasets';
import { openCorpus } from '@cloze/datasets/node';
import { bert, candidateIds } from '@cloze/masking';
import { askedBatch, languageModelObjective, openModel } from '@cloze/models/node';
import { streamFrom } from '@cloze/random';
import { adamW, chain, clip, schedule, trainingStep, trainingVariables } from '@cloze/trainer';

const { engine, family, config, parameters, tokenizer, padId, needMask } = await openModel('runs/examples/mine');
const corpus = await openCorpus('data/poems.txt', { tokenizer, padId, length: 32, folder: 'runs/examples/shards' });
const tokens = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) ?? '');
const optimiser = chain(
  clip(1),
  adamW({ learningRate: schedule({ learningRate: 1e-3, warmupSteps: 5, maxSteps: 41 }) }),
);
const variables = trainingVariables(engine, { parameters, optimiser });
const step = trainingStep({ variables, objective: languageModelObjective(family, config), optimiser, seed: 1 });
const setting = { maskId: needMask().id, candidates: candidateIds(tokens), random: streamFrom(1) };
for await (const [t, batch] of masked(corpus.batches({ size: 16, seed: 1 }), bert, setting)) {
  const { loss } = await step(t, askedBatch(batch)); // t gives rate and dropout's key: a resume is exact
  if (t % 10 === 0) console.log(t, loss.toFixed(3));
  if (t === 40) break;
}
