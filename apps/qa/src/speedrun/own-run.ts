import { compile, type Engine, type Tensor } from '@cloze/backend';
import {
  encode,
  encoderConfig,
  type FamilyName,
  type LoadedPretrained,
  maskedCrossEntropy,
  predictTokens,
} from '@cloze/encoder';
import { type AskedBatch, askedBatch, freshWeights, languageModelObjective } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { trainingStep, trainingVariables } from '@cloze/trainer';
import { heldOutBatch, type SpeedrunCorpus, trainingBatches } from './corpus-rows.ts';
import { optimiserOf } from './optimiser-of.ts';
import type { SpeedrunEnd, SpeedrunPoint } from './point.ts';
import { type Recipe, task } from './sides.ts';

/** What one of our sides begins from. */
export function firstWeights(
  corpus: SpeedrunCorpus,
  recipe: Recipe,
  seed: number,
  family: FamilyName = 'bert',
): LoadedPretrained {
  const config = encoderConfig({
    ...{ vocabularySize: corpus.vocabulary.tokens.length, width: task.width, layers: task.layers },
    ...{ maximumLength: corpus.length, dropout: 0, attentionDropout: 0 },
    ...recipe.encoder,
  });
  return freshWeights(corpus.vocabulary, config, { family, random: streamFrom(seed).fork('weights') });
}

/** Trains one of our sides until it reaches the target, its steps end or its time does; yields every look at the held-out loss. */
export async function* ownRun(
  engine: Engine,
  corpus: SpeedrunCorpus,
  recipe: Recipe,
  seed: number,
  end: SpeedrunEnd,
): AsyncGenerator<SpeedrunPoint> {
  const { config, parameters } = firstWeights(corpus, recipe, seed);
  const optimiser = optimiserOf(recipe);
  const variables = trainingVariables(engine, {
    parameters,
    optimiser,
    precision: recipe.precision,
  });
  const objective = languageModelObjective('bert', config);
  const step = trainingStep({ variables, objective, optimiser, seed });
  const judge = compile(
    variables,
    ({ parameters }, { targetPositions, targets, weights, ...rows }: AskedBatch<Tensor>) => {
      const { hidden } = encode('bert', parameters, rows, config);
      const logits = predictTokens(parameters, hidden, targetPositions, config);
      return { outputs: { loss: maskedCrossEntropy(logits, targets, weights).loss } };
    },
  );
  const held = askedBatch(heldOutBatch(corpus));
  const look = async () => Number((await judge(held)).loss.values[0]);
  const batches = trainingBatches(corpus, recipe, seed);
  // The look's own trace is no part of training.
  await look();
  let seconds = 0;
  let began = performance.now();
  for (let t = 1; t <= recipe.steps; t++) {
    const { value } = batches.next();
    await step(t, askedBatch(value));
    const now = seconds + (performance.now() - began) / 1000;
    if (t % task.evaluateEvery !== 0 && t !== recipe.steps && now < end.seconds) continue;
    seconds = now;
    const loss = await look();
    yield { step: t, seconds, loss };
    if (loss <= end.target || seconds >= end.seconds) break;
    began = performance.now();
  }
  variables.dispose();
}
