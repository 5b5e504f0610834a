import type { Engine, HostTensor, Key, Tensor } from '@cloze/backend';
import {
  currentName,
  type EncoderConfig,
  type EncoderParameters,
  initialParameters,
  maskedCrossEntropy,
  predictTokens,
} from '@cloze/encoder';
import { type AskedBatch, askedBatch } from '@cloze/models';
import { permutation, streamFrom } from '@cloze/random';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import {
  adamW,
  type Checkpoints,
  chain,
  clip,
  runTraining,
  type StepRecord,
  type StopSignal,
  schedule,
  trainingStep,
  trainingVariables,
} from '@cloze/trainer';
import { InterruptedError } from './interrupted-error.ts';
import type { Masker } from './masker.ts';
import { encodeWith, type ModelName } from './models.ts';
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
  const optimiser = chain(
    clip(1),
    adamW({
      learningRate: schedule({
        learningRate: 1e-3,
        warmupSteps: Math.ceil(plan.pretrainSteps * 0.06),
        maxSteps: plan.pretrainSteps,
      }),
    }),
  );
  const variables = trainingVariables(engine, { parameters, optimiser });
  const objective = (current: EncoderParameters<Tensor>, targets: AskedBatch<Tensor>, key: Key) => {
    const { hidden } = encodeWith(name, current, targets, config, key);
    const { loss, correct, count } = maskedCrossEntropy(
      predictTokens(current, hidden, targets.targetPositions, config),
      targets.targets,
      targets.weights,
    );
    return { loss, parts: { correct, count } };
  };
  const step = trainingStep({ variables, objective, optimiser, seed });
  const rows = plan.batch;
  const perEpoch = Math.max(1, Math.floor(encodings.length / rows));
  const orderOf = new Map<number, Int32Array>();
  const batchOf = (number: number): { readonly targets: AskedBatch<HostTensor>; readonly tokens: number } => {
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
    return { targets: askedBatch(masked), tokens: batch.attend.reduce((n, x) => n + x, 0) };
  };
  const records: TimedRecord[] = [];
  let last = 0;
  const outcome = await runTraining({
    maxSteps: plan.pretrainSteps,
    saveSteps: 200,
    configuration,
    batchOf,
    step: async (number, { targets }) => {
      const { loss, parts, gradNorm } = await step(number, targets);
      const accuracy = (parts.correct as number) / Math.max(1, parts.count as number);
      return { loss, metrics: { accuracy, gradNorm: gradNorm as number } };
    },
    tokensOf: ({ tokens }) => tokens,
    checkpoints,
    variables,
    rename: currentName,
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
  const trained = variables.read().parameters;
  variables.dispose();
  if (outcome.reason === 'interrupted')
    throw new InterruptedError(
      `stopped at step ${outcome.step} of ${plan.pretrainSteps}; the same command goes on from there.`,
    );
  return { parameters: trained, records };
}
