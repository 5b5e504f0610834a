import {
  argMax,
  cast,
  type Engine,
  equal,
  type HostTensor,
  type Placement,
  sparseCrossEntropy,
  sum,
  type Tensor,
} from '@cloze/backend';
import { currentName, type EncoderConfig, type EncoderParameters, type FamilyName } from '@cloze/encoder';
import type { MaskedBatch } from '@cloze/masking';
import {
  type Checkpoints,
  joinReplicas,
  lastLosses,
  runTraining,
  type SavedVariables,
  type TrainingOutcome,
  trainingStep,
  trainingVariables,
} from '@cloze/trainer';
import { optimiserFor } from '../fine-tune/optimiser-for.ts';
import type { FineTuneSurroundings } from '../fine-tune/settings.ts';
import { watched } from '../fine-tune/watched.ts';
import { countTokens } from '../model/model-batch.ts';
import type { AdaptiveWeights } from './adaptive-masks.ts';
import { type AskedBatch, askedBatch } from './asked-batch.ts';
import { heldOutLoss } from './held-out-loss.ts';
import { languageModelObjective } from './language-model-objective.ts';
import type { ResolvedPretraining } from './pretrain-settings.ts';

/** Masked batches of a corpus: those of steps `from`, `from + 1`, … without end. */
export type MaskedStream = (from: number) => AsyncIterator<MaskedBatch>;

/** What is pretrained. */
export interface Pretrainable {
  readonly family: FamilyName;
  readonly config: EncoderConfig;
  readonly parameters: EncoderParameters<HostTensor>;
  /** Whether a step's outputs see only what comes before and predict the next token; default never. */
  readonly causalAt?: (step: number) => boolean;
  /** Weights of tokens that follow the model; default none. */
  readonly adaptive?: AdaptiveWeights | undefined;
  /** Held-out rows, asked the same at each look at their loss; default none, and no look. */
  readonly heldOut?: readonly AskedBatch<HostTensor>[];
}

/** A pretraining's end. */
export interface PretrainedWeights {
  readonly parameters: EncoderParameters<HostTensor>;
  readonly outcome: TrainingOutcome;
  /** Mean loss of the last tenth of the steps this process made; NaN when it made none. */
  readonly lastLoss: number;
}

/** Rows `from` to `to` of a masked batch. */
function rowsBetween(batch: MaskedBatch, from: number, to: number): MaskedBatch {
  const [, length] = batch.shape;
  const columns = <T extends Int32Array | Float32Array | Uint8Array>(values: T, width: number): T =>
    values.subarray(from * width, to * width) as T;
  return {
    ...batch,
    shape: [to - from, length],
    ids: columns(batch.ids, length),
    segments: columns(batch.segments, length),
    attend: columns(batch.attend, length),
    targetPositions: columns(batch.targetPositions, batch.slots),
    targets: columns(batch.targets, batch.slots),
    weights: columns(batch.weights, batch.slots),
    ...(batch.divisors && { divisors: batch.divisors.subarray(from, to) }),
    ...(batch.causal && { causal: batch.causal.subarray(from, to) }),
  };
}

/** An objective that also tells of each target whether it was predicted right, or its loss, `[rows, slots]`. */
const telling =
  (
    counts: AdaptiveWeights['counts'],
    objective: ReturnType<typeof languageModelObjective>,
  ): ReturnType<typeof languageModelObjective> =>
  (parameters, batch, key) => {
    const found = objective(parameters, batch, key);
    if (!found.output) return found;
    const { logits } = found.output;
    const { targets } = batch;
    const of =
      counts === 'right' ? cast(equal(argMax(logits), targets), 'float32') : sparseCrossEntropy(logits, targets);
    return { ...found, told: { [counts]: of } };
  };

/** Variables whose checkpoints hold the adaptive weights too. */
function followed(
  { view, restore }: Pick<SavedVariables, 'restore'> & { view(): Readonly<Record<string, unknown>> },
  adaptive: AdaptiveWeights | undefined,
) {
  if (!adaptive) return { view, restore };
  const put: SavedVariables['restore'] = ({ tensors: { adaptive: weights, ...rest } }, options) => {
    adaptive.restore(weights);
    restore({ tensors: rest }, options);
  };
  return { view: () => ({ ...view(), adaptive: adaptive.capture() }), restore: put };
}

/**
 * Pretrains on a stream of masked batches: this is the loop one level down, `trainingStep` in `runTraining`.
 *
 * @throws {LossError} when the loss is no number {CheckpointError} when the folder holds another run
 */
export async function trainOnCorpus(
  engine: Engine,
  { family, config, parameters, causalAt = () => false, adaptive, heldOut = [] }: Pretrainable,
  stream: MaskedStream,
  settings: ResolvedPretraining,
  {
    identity,
    checkpoints,
    placement,
    callbacks = [],
    say = () => {},
    signal,
    replicas,
  }: FineTuneSurroundings & {
    readonly identity: Readonly<Record<string, unknown>>;
    readonly checkpoints?: Checkpoints | undefined;
    readonly placement?: Placement | undefined;
  },
): Promise<PretrainedWeights> {
  const { maxSteps, seed, gradientAccumulationSteps: parts, precision, nonFinite, evalSteps } = settings;
  const joined = await joinReplicas(replicas, {
    ...settings,
    shared: { ...identity, engine: `${engine.name} ${engine.version}` },
    checkpoints,
    signal,
  });
  const cut = parts * joined.size;
  const optimiser = optimiserFor({ ...settings, layerwiseDecay: 1, frozen: [] }, maxSteps, config.layers);
  const variables = trainingVariables(engine, {
    parameters,
    optimiser,
    accumulate: cut > 1 || replicas !== undefined,
    precision,
    ...(placement && { placement }),
  });
  try {
    const stepOf = (seen: EncoderConfig) =>
      trainingStep({
        variables,
        objective: adaptive
          ? telling(adaptive.counts, languageModelObjective(family, seen))
          : languageModelObjective(family, seen),
        optimiser,
        seed,
        replicas,
        // Microbatches ask different numbers of tokens: each target counts alike, as in the batch they are cut from.
        ...((cut > 1 || replicas) && {
          microbatchWeight: ({ weights, divisors }: AskedBatch<Tensor>) => sum(divisors ?? weights),
        }),
      });
    // Two functions of the same variables: what an output sees is part of the traced step, which is traced when it is first taken.
    const [plain, causal] = [stepOf(config), stepOf({ ...config, leftToRight: true })];
    let running: { readonly iterator: AsyncIterator<MaskedBatch>; next: number } | undefined;
    const last = lastLosses(maxSteps);
    const look = heldOut.length === 0 ? undefined : heldOutLoss(variables, { family, config }, heldOut);
    const outcome = await runTraining({
      maxSteps,
      batchOf: async (t) => {
        if (running?.next !== t) {
          await running?.iterator.return?.();
          running = { iterator: stream(t), next: t };
        }
        const { value, done } = await running.iterator.next();
        if (done) throw new RangeError(`pretrain: the corpus ended at step ${t}.`);
        running.next++;
        return value;
      },
      step: async (t, batch) => {
        const rows = batch.shape[0] / cut;
        const asked = Array.from({ length: parts }, (_, i) => {
          const part = joined.rank * parts + i;
          return askedBatch(rowsBetween(batch, part * rows, (part + 1) * rows));
        });
        const taken = await (causalAt(t) ? causal : plain)(
          t,
          ...(asked as [AskedBatch<HostTensor>, ...AskedBatch<HostTensor>[]]),
        );
        await joined.afterStep();
        adaptive?.count(
          t,
          // An update that was withheld says nothing of the model: its losses may be no numbers.
          taken.updated ? batch : { ...batch, weights: new Float32Array(0) },
          taken.told.flatMap(({ [adaptive.counts]: found }) => Array.from(found?.values ?? [])),
        );
        return taken;
      },
      tokensOf: ({ attend }) => countTokens(attend),
      ...watched(followed(variables, adaptive), joined.checkpoints),
      rename: currentName,
      configuration: identity,
      saveSteps: 250,
      ...(look && { evalSteps, evaluate: async () => ({ heldOutLoss: await look() }) }),
      nonFinite,
      loggingSteps: Math.max(1, Math.round(maxSteps / 50)),
      signal: joined.signal,
      callbacks: [last.callback, ...callbacks],
      warn: say,
    }).finally(() => running?.iterator.return?.());
    return {
      parameters: variables.take('parameters'),
      outcome,
      lastLoss: last.mean(),
    };
  } finally {
    variables.dispose();
  }
}
