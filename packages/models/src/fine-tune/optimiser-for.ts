import {
  adafactor,
  adamW,
  chain,
  clip,
  lamb,
  muon,
  type Optimiser,
  type ScheduleType,
  schedule,
  sgd,
  stableAdamW,
} from '@cloze/trainer';
import type { OptimiserName } from '../update-settings.ts';

/** Settings that an optimiser is made of. */
export interface OptimiserChoice {
  readonly optimiser: OptimiserName;
  readonly learningRate: number;
  readonly lrSchedulerType: ScheduleType;
  /** Share of the steps in which the rate rises. */
  readonly warmupRatio: number;
  /** Share of the steps in which the rate of `warmup_stable_decay` falls, default 0.2. */
  readonly decayRatio?: number;
  readonly weightDecay: number;
  /** 0 does not clip. */
  readonly maxGradNorm: number;
  /** Factor by which rates fall from layer to layer; 1 is none. */
  readonly layerwiseDecay: number;
  /** Paths that stay as they are. */
  readonly frozen: readonly string[];
}

/** The optimiser of a run of `maxSteps` updates over an encoder of so many blocks. */
export function optimiserFor(
  {
    optimiser,
    learningRate,
    lrSchedulerType,
    warmupRatio,
    decayRatio = 0.2,
    weightDecay,
    maxGradNorm,
    layerwiseDecay,
    frozen,
  }: OptimiserChoice,
  maxSteps: number,
  layers: number,
): Optimiser {
  const warmupSteps = Math.min(maxSteps, Math.round(warmupRatio * maxSteps));
  const leaves = {
    learningRate: schedule({
      ...{ lrSchedulerType, learningRate, warmupSteps },
      // One step more than there are, so that the last one still moves.
      maxSteps: maxSteps + 1,
      ...(lrSchedulerType === 'warmup_stable_decay' && {
        numDecaySteps: Math.max(1, Math.min(Math.round(decayRatio * maxSteps), maxSteps - warmupSteps)),
        decayType: '1-sqrt',
      }),
    }),
    weightDecay,
    ...(frozen.length > 0 && { frozen }),
    ...(layerwiseDecay < 1 && { layerwiseDecay: { layers, decay: layerwiseDecay } }),
  };
  const made = { adamw: adamW, stable_adamw: stableAdamW, lamb, adafactor, muon, sgd }[optimiser](leaves);
  return maxGradNorm > 0 ? chain(clip(maxGradNorm), made) : made;
}
