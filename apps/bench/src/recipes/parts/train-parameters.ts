import {
  compile,
  createVariables,
  forkKey,
  gradients,
  type HostTensor,
  type MapTree,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { currentName, readSafetensors, writeSafetensors } from '@cloze/encoder';
import type { Objective } from '@cloze/regularisers';
import {
  type AdamWStep,
  adamW,
  adamWStep,
  clipByGlobalNorm,
  initialAdamW,
  openCheckpoints,
  runTraining,
  schedule,
} from '@cloze/trainer';
import { nodeFiles } from '@cloze/trainer/node';
import { ints } from '../../host-tensors.ts';
import { Interrupted, type Lab } from './lab.ts';

/** How long and how fast; names as in Hugging Face's trainer. */
export interface TrainingSettings {
  readonly steps: number;
  readonly learningRate: number;
  /** Share of the steps in which the rate rises. */
  readonly warmup: number;
  readonly weightDecay: number;
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

/** Trained parameters and what it took. */
export interface Trained<P> {
  readonly parameters: MapTree<P, HostTensor>;
  /** Seconds of training, the first trace included; of this process only where a run was resumed. */
  readonly seconds: number;
  /** Of all processes. */
  readonly tokens: number;
  /** Mean loss of the last tenth of the steps. */
  readonly lastLoss: number;
}

/** Runs shorter than this are begun again instead of being saved on the way. */
const saveSteps = 250;

/**
 * Trains parameters by AdamW with clipping at norm 1 and a linear schedule; one compiled step does everything.
 *
 * Long trainings save checkpoints in the run's folder and go on from there, bit for bit. Dropout keys come from (seed, step).
 *
 * @throws {Interrupted} after saving, when the lab's signal was raised
 */
export async function trainParameters<P, B>(
  lab: Lab,
  { phase, parameters, objective, batchOf, steps, learningRate, warmup, weightDecay, cooldown }: Training<P, B>,
): Promise<Trained<P>> {
  const last = cooldown?.to ?? steps;
  const variables = createVariables(lab.engine, { parameters, optimiser: initialAdamW(parameters) }, lab.placement);
  type Fed<L> = { readonly step: AdamWStep<L>; readonly key: L; readonly inputs: B };
  const update = compile(variables, (state, { step, key, inputs }: Fed<Tensor>) => {
    const current = state.parameters;
    const { loss, parts } = objective(current, inputs, forkKey(rootKey(key), 'dropout'));
    const clipped = clipByGlobalNorm(gradients(loss, current), 1);
    const next = adamW({ parameters: current, gradients: clipped.gradients, state: state.optimiser }, step, {
      weightDecay,
    });
    return {
      outputs: { loss, norm: clipped.norm, parts: { ...parts } },
      state: { parameters: next.parameters, optimiser: next.state },
    };
  });
  const rateOf = rateSchedule({ steps, learningRate, warmup, cooldown: cooldown ?? null });
  const folder = `${lab.folder}/checkpoints-${phase.replaceAll(' ', '-')}`;
  const checkpoints =
    steps > saveSteps
      ? await openCheckpoints({
          folder,
          files: nodeFiles(),
          codec: { read: readSafetensors, write: writeSafetensors },
          saveTotalLimit: 1,
          warn: lab.say,
        })
      : undefined;
  let lastLosses: number[] = [];
  const started = lab.now();
  try {
    const outcome = await runTraining({
      maxSteps: last,
      batchOf,
      update: async ({ inputs, tokens: count }, step) => {
        const key = ints([3], Int32Array.of(lab.seed, step, 0));
        const { loss, norm, parts } = await update({ step: adamWStep(step, rateOf(step)), key, inputs });
        const first = (value: HostTensor) => value.values[0] as number;
        const metrics: Record<string, number> = { gradNorm: first(norm) };
        for (const [name, value] of Object.entries(parts)) metrics[name] = first(value);
        return { loss: first(loss), tokens: count, metrics };
      },
      ...(checkpoints && {
        checkpoints,
        capture: variables.capture,
        restore: (checkpoint) => variables.restore(checkpoint, { rename: currentName }),
      }),
      configuration: { phase, seed: lab.seed, steps, learningRate, warmup, weightDecay },
      saveSteps,
      loggingSteps: Math.max(1, Math.round(steps / 50)),
      signal: lab.signal,
      callbacks: [
        {
          onTrainBegin: ({ firstStep }) => lab.rewind(phase, firstStep - 1),
          onStepEnd: (record) => {
            if (record.step > last - Math.max(1, Math.round(last / 10))) lastLosses.push(record.loss);
          },
          onLog: (step, values) => lab.log({ phase, step, seconds: lab.now() - started, ...values }),
        },
      ],
      warn: lab.say,
    });
    if (outcome.reason === 'interrupted') throw new Interrupted(`stopped in ${phase} after step ${outcome.step}`);
    if (lastLosses.length === 0) lastLosses = [Number.NaN];
    return {
      parameters: variables.read().parameters,
      seconds: lab.now() - started,
      tokens: outcome.tokens,
      lastLoss: lastLosses.reduce((a, b) => a + b, 0) / lastLosses.length,
    };
  } finally {
    await checkpoints?.close();
    variables.dispose();
  }
}
