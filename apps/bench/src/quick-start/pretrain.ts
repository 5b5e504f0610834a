import { compile, createVariables, type Engine, gradients, type HostTensor, type Tensor } from '@cloze/backend';
import {
  currentName,
  type EncoderConfig,
  type EncoderParameters,
  initialParameters,
  maskedCrossEntropy,
  predictTokens,
} from '@cloze/encoder';
import { permutation, streamFrom } from '@cloze/random';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import {
  type AdamWStep,
  adamW,
  adamWStep,
  type Checkpoints,
  clipByGlobalNorm,
  initialAdamW,
  linearWarmup,
  runTraining,
  type StepRecord,
  type StopSignal,
} from '@cloze/trainer';
import { InterruptedError } from './interrupted-error.ts';
import type { Masker } from './masker.ts';
import { dropoutKey, encodeWith, keyWords, type ModelName, type TargetInputs, targetInputs } from './models.ts';
import type { Plan } from './plan.ts';
import type { StepLog, TimedRecord } from './workspace.ts';

/** What pretraining needs. */
export interface PretrainTask {
  readonly engine: Engine;
  readonly name: ModelName;
  readonly config: EncoderConfig;
  readonly plan: Plan;
  readonly padId: number;
  readonly encodings: readonly Encoding[];
  readonly masker: Masker;
  readonly seed: number;
  /** Where it goes on from, and what a resume must share. */
  readonly checkpoints: Checkpoints;
  readonly configuration: unknown;
  readonly log: StepLog;
  readonly signal?: StopSignal | undefined;
  readonly now: () => number;
  readonly onStep: (record: StepRecord) => void;
}

/** An encoder and how it came about. */
export interface Pretrained {
  readonly parameters: EncoderParameters<HostTensor>;
  readonly records: readonly TimedRecord[];
}

interface StepInputs<T> extends AdamWStep<T> {
  readonly targets: TargetInputs<T>;
  readonly key: T;
}

/**
 * Pretrains an encoder from fresh weights, or from where it was stopped; one compiled step does everything.
 *
 * @throws {InterruptedError} when the signal was raised; the state is saved
 */
export async function pretrain({
  engine,
  name,
  config,
  plan,
  padId,
  encodings,
  masker,
  seed,
  checkpoints,
  configuration,
  log,
  signal,
  now,
  onStep,
}: PretrainTask): Promise<Pretrained> {
  const parameters = initialParameters(config, streamFrom(seed).fork('weights'));
  const variables = createVariables(engine, { parameters, optimiser: initialAdamW(parameters) });
  const step = compile(variables, (state, inputs: StepInputs<Tensor>) => {
    const { targets } = inputs;
    const current = state.parameters;
    const { hidden } = encodeWith(name, current, targets, config, dropoutKey(inputs.key));
    const { loss, correct, count } = maskedCrossEntropy(
      predictTokens(current, hidden, targets.targetPositions, config),
      targets.targets,
      targets.weights,
    );
    const clipped = clipByGlobalNorm(gradients(loss, current), 1);
    const next = adamW({ parameters: current, gradients: clipped.gradients, state: state.optimiser }, inputs);
    return {
      outputs: { loss, correct, count, norm: clipped.norm },
      state: { parameters: next.parameters, optimiser: next.state },
    };
  });
  const rows = plan.batch;
  const perEpoch = Math.max(1, Math.floor(encodings.length / rows));
  const orderOf = new Map<number, Int32Array>();
  const batchOf = (number: number): StepInputs<HostTensor> & { readonly tokens: number } => {
    const epoch = Math.floor((number - 1) / perEpoch);
    if (!orderOf.has(epoch)) orderOf.clear();
    const order = orderOf.get(epoch) ?? permutation(streamFrom(seed).fork('order', epoch), encodings.length);
    orderOf.set(epoch, order);
    const at = ((number - 1) % perEpoch) * rows;
    const chosen = Array.from(
      { length: rows },
      (_, row) => encodings[order[(at + row) % order.length] as number] as Encoding,
    );
    const batch = padEncodings(chosen, { padId, buckets: [plan.length] });
    const masked = masker(batch, number);
    const rate = linearWarmup(number, {
      peak: 1e-3,
      warmupSteps: Math.ceil(plan.pretrainSteps * 0.06),
      totalSteps: plan.pretrainSteps,
    });
    return {
      targets: targetInputs(masked),
      key: keyWords(seed, number),
      tokens: batch.attend.reduce((n, x) => n + x, 0),
      ...adamWStep(number, rate),
    };
  };
  const update = async ({ tokens, ...inputs }: ReturnType<typeof batchOf>) => {
    const { loss, correct, count, norm } = await step(inputs);
    const first = (value: HostTensor) => value.values[0] as number;
    return {
      loss: first(loss),
      tokens,
      metrics: { accuracy: first(correct) / Math.max(1, first(count)), gradNorm: first(norm) },
    };
  };
  const records: TimedRecord[] = [];
  let last = 0;
  const outcome = await runTraining({
    maxSteps: plan.pretrainSteps,
    saveSteps: 200,
    configuration,
    batchOf,
    update,
    checkpoints,
    capture: variables.capture,
    restore: (checkpoint) => variables.restore(checkpoint, { rename: currentName }),
    signal,
    callbacks: [
      {
        onTrainBegin: ({ firstStep }) => {
          records.push(...log.resume(firstStep - 1));
          last = now();
        },
        onStepEnd: (record) => {
          const timed = { ...record, seconds: now() - last };
          last = now();
          records.push(timed);
          log.append(timed);
          onStep(record);
        },
      },
    ],
  });
  const trained = variables.read().parameters as EncoderParameters<HostTensor>;
  variables.dispose();
  if (outcome.reason === 'interrupted')
    throw new InterruptedError(
      `stopped at step ${outcome.step} of ${plan.pretrainSteps}; the same command goes on from there.`,
    );
  return { parameters: trained, records };
}
