import type { HostTensor, MapTree, Tensor } from '@cloze/backend';
import { currentName } from '@cloze/encoder';
import type { Objective } from '@cloze/regularisers';
import {
  adamW,
  chain,
  clip,
  lastLosses,
  muon,
  runTraining,
  schedule,
  trainingStep,
  trainingVariables,
} from '@cloze/trainer';
import type { Lab } from './lab.ts';
import { checkpointsOf, logging, needWhole, saveSteps } from './watch-training.ts';

/** How long and how fast; names as in Hugging Face's trainer. */
export interface TrainingSettings {
  readonly steps: number;
  readonly learningRate: number;
  /** Share of the steps in which the rate rises. */
  readonly warmup: number;
  readonly weightDecay: number;
  /** Default `adamw`. */
  readonly optimiser?: 'adamw' | 'muon';
  /** Ends a training early, as if it had been planned so: from step `from` the rate falls straight to 0 at step `to`. */
  readonly cooldown?: { readonly from: number; readonly to: number } | null;
}

/** The learning rate of each step, 1 being the first: up, and down to 0; bent at a cooldown. */
export function rateSchedule({
  steps,
  learningRate,
  warmup,
  cooldown,
}: Pick<TrainingSettings, 'steps' | 'learningRate' | 'warmup' | 'cooldown'>): (step: number) => number {
  const planned = schedule({ learningRate, warmupSteps: Math.round(warmup * steps), maxSteps: steps + 1 });
  if (!cooldown) return planned;
  const { from, to } = cooldown;
  if (!(from < to)) throw new RangeError(`cooldown: from is ${from}, to is ${to}; from must be below to.`);
  return (step) => (step <= from ? planned(step) : (planned(from) * Math.max(0, to + 1 - step)) / (to + 1 - from));
}

/** A training: host parameters, an objective over them as tensors, and the batch of each step. */
export interface Training<P, B> extends TrainingSettings {
  /** Names the phase in the log, and its checkpoints. */
  readonly phase: string;
  readonly parameters: P;
  readonly objective: Objective<MapTree<P, Tensor>, B>;
  /** From the step alone. A batch of other keys or shapes is traced as a function of its own. */
  readonly batchOf: (step: number) => { readonly inputs: MapTree<B, HostTensor>; readonly tokens: number };
}

/** What a training took. */
export interface TrainingMeasures {
  /** Seconds of training, the first trace included; of this process only where a run was resumed. */
  readonly seconds: number;
  /** Of all processes. */
  readonly tokens: number;
  /** Mean loss of the last tenth of the steps. */
  readonly lastLoss: number;
  /** The rate, where it was chosen of several. */
  readonly learningRate?: number;
}

/** Trained parameters and what it took. */
export interface Trained<P> {
  readonly parameters: MapTree<P, HostTensor>;
  readonly measures: TrainingMeasures;
}

/**
 * Trains parameters by AdamW or Muon with clipping at norm 1 and a linear schedule; one compiled step does everything.
 *
 * Long trainings save checkpoints in the run's folder and go on from there, bit for bit. Dropout keys come from (seed, step).
 *
 * @throws {InterruptedError} after saving, when the lab's signal was raised
 */
export async function trainParameters<P, B>(
  lab: Lab,
  { phase, parameters, objective, batchOf, cooldown, optimiser: name = 'adamw', ...rest }: Training<P, B>,
): Promise<Trained<P>> {
  const { steps, learningRate, warmup, weightDecay } = rest;
  const last = cooldown?.to ?? steps;
  const rateOf = rateSchedule({ steps, learningRate, warmup, cooldown: cooldown ?? null });
  const optimiser = chain(clip(1), { adamw: adamW, muon }[name]({ learningRate: rateOf, weightDecay }));
  const variables = trainingVariables(lab.engine, { parameters, optimiser, placement: lab.placement });
  const step = trainingStep({ variables, objective, optimiser, seed: lab.seed });
  const checkpoints = await checkpointsOf(lab, phase, steps);
  const losses = lastLosses(last);
  const started = lab.now();
  try {
    const outcome = await runTraining({
      maxSteps: last,
      batchOf,
      step: (number, { inputs }) => step(number, inputs),
      tokensOf: ({ tokens }) => tokens,
      checkpoints,
      variables,
      rename: currentName,
      configuration: { phase, seed: lab.seed, steps, learningRate, warmup, weightDecay, optimiser: name },
      saveSteps,
      loggingSteps: Math.max(1, Math.round(steps / 50)),
      signal: lab.signal,
      callbacks: [logging(lab, phase), losses.callback],
      warn: lab.say,
    });
    needWhole(phase, outcome);
    return {
      parameters: variables.readPart('parameters'),
      measures: {
        seconds: lab.now() - started,
        tokens: outcome.tokens,
        lastLoss: losses.mean(),
      },
    };
  } finally {
    await checkpoints?.close();
    variables.dispose();
  }
}
