import { adamW, chain, clip, muon, type Optimiser, schedule } from '@cloze/trainer';
import type { Recipe } from './sides.ts';

/** The optimiser of a recipe: gradients clipped at 1, biases and norms not decayed. */
export function optimiserOf(recipe: Recipe): Optimiser {
  const { steps, learningRate, lrSchedulerType, warmupRatio, decayRatio = 0.2, weightDecay, optimiser } = recipe;
  const options = {
    learningRate: schedule({
      ...{ learningRate, lrSchedulerType, warmupSteps: Math.round(warmupRatio * steps) },
      // One step more than there are, so that the last one still moves.
      maxSteps: steps + 1,
      ...(lrSchedulerType === 'warmup_stable_decay' && {
        numDecaySteps: Math.round(decayRatio * steps),
        decayType: '1-sqrt' as const,
      }),
    }),
    weightDecay,
  };
  return chain(clip(1), optimiser === 'muon' ? muon(options) : adamW(options));
}
