import type { Engine } from '@cloze/backend';
import { encoderConfig, pretrainedFiles } from '@cloze/encoder';
import { candidateIds, bert as fifteenPercent, mask } from '@cloze/masking';
import { askedBatch, freshWeights, languageModelObjective, loadModel } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { padEncodings, trainVocabulary } from '@cloze/tokenizer';
import { adamW, chain, clip, trainingStep, trainingVariables } from '@cloze/trainer';

/** Pretrains a small BERT on lines of text, and gives its files as Hugging Face lays them out: the same in a page and under Node. */
export async function pretrainOnText(
  text: string,
  engine: Engine,
  { steps, onStep = () => {} }: { readonly steps: number; readonly onStep?: (step: number, loss: number) => void },
): Promise<ReadonlyMap<string, Uint8Array>> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const vocabulary = trainVocabulary(lines, { size: 500, minimum: 1 });
  const sizes = { vocabularySize: vocabulary.tokens.length, layers: 2, width: 32, heads: 2, maximumLength: 32 };
  const loaded = freshWeights(vocabulary, encoderConfig(sizes), { random: streamFrom(1) });
  const { family, config, parameters, tokenizer, padId, needMask } = loadModel('the page', loaded, engine);
  const batch = padEncodings(await tokenizer.encodeBatch(lines), { padId });
  const optimiser = chain(clip(1), adamW({ learningRate: 1e-2 }));
  const variables = trainingVariables(engine, { parameters, optimiser });
  const step = trainingStep({ variables, objective: languageModelObjective(family, config), optimiser, seed: 1 });
  const setting = { maskId: needMask().id, candidates: candidateIds(vocabulary.tokens) };
  for (let t = 1; t <= steps; t++) {
    const random = streamFrom(1).fork(t);
    const asked = mask(batch, fifteenPercent, { ...setting, randomOf: (row) => random.fork(row), slots: 4 });
    const { loss } = await step(t, askedBatch(asked));
    onStep(t, loss);
  }
  const trained = { ...loaded, parameters: variables.take('parameters') };
  variables.dispose();
  return new Map(pretrainedFiles(trained));
}
