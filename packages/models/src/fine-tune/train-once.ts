import type { Engine, HostTensor, Placement, Tensor } from '@cloze/backend';
import { currentName } from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import { type Objective, regulariserFrom, type TaskOutput } from '@cloze/regularisers';
import {
  type Checkpoints,
  joinReplicas,
  lastLosses,
  runTraining,
  type TrainingOutcome,
  trainingStep,
  trainingVariables,
} from '@cloze/trainer';
import type { LoadedModel } from '../model/loaded-model.ts';
import { countTokens } from '../model/model-batch.ts';
import { predictorOf } from '../predict/predictor.ts';
import type { EncodedInput, Example, Judged, PreparedTask, TaskBatch, TaskParameters } from '../tasks/prepared-task.ts';
import type { Task } from '../tasks/task.ts';
import { batchOrder, stepsOf } from './batch-order.ts';
import { bestWeights } from './best-weights.ts';
import { figuresOf } from './figures.ts';
import { lessonsFrom } from './lessons-from.ts';
import { freshFactors, merged, mergedOnHost, type WithFactors, withFactors } from './lora.ts';
import { optimiserFor } from './optimiser-for.ts';
import { lengthOf } from './read-examples.ts';
import type { FineTuneSurroundings, ResolvedSettings } from './settings.ts';
import { stepBatches } from './step-batches.ts';
import { watched } from './watched.ts';

/** Where a training runs and is saved. */
export interface TrainingPlace {
  readonly engine: Engine;
  readonly placement?: Placement;
  readonly checkpoints?: Checkpoints | undefined;
  /** What a resume must share. */
  readonly identity: Readonly<Record<string, unknown>>;
}

/** Encoded rows of a training. */
export interface TrainingExamples<Input = unknown, Target = unknown> {
  readonly train: readonly Example<Input, Target>[];
  /** Empty: nothing is judged. */
  readonly dev: readonly Example<Input, Target>[];
  /** Rows without labels: each batch gets as many of them as it has others; default none. */
  readonly unlabelled?: readonly EncodedInput<Input>[] | undefined;
  /** Lengths that rows are padded to in training, rising; default those of `leastPadding`. */
  readonly buckets?: readonly number[] | undefined;
}

/** One seed's training. */
export interface TrainedOnce<Prediction = unknown, Target = unknown> {
  readonly seed: number;
  readonly outcome: TrainingOutcome;
  readonly parameters: TaskParameters<HostTensor>;
  /** Dev rows with their predictions; empty without dev. */
  readonly judged: readonly Judged<Prediction, Target>[];
  /** Mean loss of the last tenth of the steps this process made; NaN when it made none. */
  readonly lastLoss: number;
}

/** Where things stand in what is trained: regularisers find the token table there. */
const places = { table: 'encoder/embeddings/tokenTable', ids: 'ids', attend: 'attend' };

type TrainableObjective = Objective<WithFactors<Tensor>, TaskBatch<Tensor>, TaskOutput>;

function objectiveFor<Input, Prediction, Target>(
  task: PreparedTask<Input, Prediction, Target>,
  { regulariser, lora }: ResolvedSettings,
): TrainableObjective {
  const plain: TrainableObjective = withFactors(task.objective, lora);
  if (regulariser === undefined) return plain;
  if (typeof regulariser === 'function') return regulariser(plain);
  const own = task.weights === undefined ? places : { ...places, weights: `targets/${task.weights}` };
  return regulariserFrom(regulariser, own)(plain);
}

/**
 * Trains a prepared task once, which is `fineTune` one level down: fresh head, order, dropout and everything else drawn follow from the seed and the step alone.
 *
 * @throws {LossError} when the loss is no number {CheckpointError} when the folder holds another training
 */
export async function trainOnce<Input, Prediction, Target>(
  model: LoadedModel,
  task: PreparedTask<Input, Prediction, Target>,
  { train: examples, dev, unlabelled, buckets }: TrainingExamples<Input, Target>,
  settings: ResolvedSettings<Task>,
  seed: number,
  place: TrainingPlace,
  { callbacks = [], say = () => {}, signal, replicas }: FineTuneSurroundings = {},
): Promise<TrainedOnce<Prediction, Target>> {
  if (settings.earlyStoppingPatience !== undefined && dev.length === 0)
    throw new RangeError(
      'fineTune: earlyStoppingPatience needs dev rows to judge by; give dev, or a devShare above 0.',
    );
  const train = lessonsFrom('fineTune: train', examples, task);
  const random = streamFrom(seed);
  const { batchSize } = settings;
  const order = batchOrder(train.map(lengthOf), { batchSize, buckets }, seed);
  const maxSteps = stepsOf(settings, order);
  const { lora, precision, gradientAccumulationSteps: parts, earlyStoppingPatience, nonFinite } = settings;
  const joined = await joinReplicas(replicas, {
    ...settings,
    shared: { ...place.identity, seed, engine: `${place.engine.name} ${place.engine.version}` },
    checkpoints: place.checkpoints,
    signal,
  });
  const others = unlabelled && {
    rows: unlabelled,
    order: batchOrder(unlabelled.map(lengthOf), { batchSize, buckets }, seed + 1),
  };
  const batchOf = stepBatches(
    model,
    task,
    { train, order, unlabelled: others },
    { parts, rank: joined.rank, replicas: joined.size },
    { rate: settings.dropTokens, random: random.fork('drop token') },
  );
  const frozen = lora ? ['encoder'] : settings.freeze.map((path) => (path === 'encoder' ? path : `encoder/${path}`));
  const optimiser = optimiserFor({ ...settings, frozen }, maxSteps, model.config.layers);
  const fresh: TaskParameters<HostTensor> = {
    encoder: model.parameters,
    head: task.freshHead(random.fork('head')),
  };
  const parameters: WithFactors<HostTensor> = {
    ...fresh,
    ...(lora && { lora: freshFactors(model.parameters, lora, random.fork('lora')) }),
  };
  const variables = trainingVariables(place.engine, {
    parameters,
    optimiser,
    accumulate: parts > 1 || replicas !== undefined,
    precision,
    ...(place.placement && { placement: place.placement }),
  });
  try {
    const step = trainingStep({ variables, objective: objectiveFor(task, settings), optimiser, seed, replicas });
    const ask = task.write
      ? undefined
      : predictorOf(model, task, variables, ({ parameters: trained }) => merged(trained, lora), settings.batchSize);
    const readParameters = () => mergedOnHost(variables.readPart('parameters'), lora);
    const predict = (inputs: readonly Example<Input, Target>[]) =>
      ask ? ask(inputs) : (task.write as NonNullable<typeof task.write>)(readParameters(), inputs);
    const judge = async (): Promise<Judged<Prediction, Target>[]> => {
      if (dev.length === 0) return [];
      const predictions = await predict(dev);
      return dev.map(({ target }, i) => ({ prediction: predictions[i] as Prediction, target }));
    };
    const best = bestWeights<WithFactors<HostTensor>>(task.metrics.greaterIsBetter);
    const evalSteps = dev.length === 0 ? undefined : (settings.evalSteps ?? order.perEpoch);
    const last = lastLosses(maxSteps);
    const outcome = await runTraining({
      maxSteps,
      batchOf,
      step: async (t, batches) => {
        const taken = await step(t, ...batches);
        await joined.afterStep();
        return taken;
      },
      tokensOf: (batches) => batches.reduce((sum, { attend }) => sum + countTokens(attend.values), 0),
      idsOf: () => [],
      ...watched(variables, joined.checkpoints),
      ...(joined.checkpoints && {
        rename: currentName,
        saveSteps: Math.max(50, order.perEpoch),
      }),
      configuration: place.identity,
      ...(earlyStoppingPatience !== undefined && { earlyStoppingPatience }),
      greaterIsBetter: task.metrics.greaterIsBetter,
      metricForBestModel: task.metrics.primary,
      evalSteps:
        earlyStoppingPatience === undefined && callbacks.every(({ onEvaluate }) => !onEvaluate) ? undefined : evalSteps,
      evaluate: async (t) => {
        const figures = figuresOf(task.metrics, await judge());
        const value = figures[task.metrics.primary] ?? Number.NaN;
        if (earlyStoppingPatience !== undefined) best.note(t, value, () => variables.readPart('parameters'));
        return figures;
      },
      nonFinite,
      loggingSteps: Math.max(1, Math.round(maxSteps / 50)),
      signal: joined.signal,
      callbacks: [last.callback, ...callbacks],
      warn: say,
    });
    if (earlyStoppingPatience !== undefined && outcome.reason !== 'interrupted') {
      const saved = await joined.checkpoints?.best();
      const own = outcome.best && best.of(outcome.best.step);
      // The best of all processes: a later one has not seen what an earlier one judged.
      if (saved && saved.step === outcome.best?.step) variables.restore(saved, { rename: currentName });
      else if (own) variables.write({ ...variables.read(), parameters: own });
      else
        say(
          outcome.best === undefined
            ? `no evaluation gave a finite ${task.metrics.primary}: the last step's weights are kept.`
            : `the best weights, of step ${outcome.best.step}, are not kept any more: the last step's are.`,
        );
    }
    const judged = outcome.reason === 'interrupted' ? [] : await judge();
    return {
      seed,
      outcome,
      parameters: mergedOnHost(variables.take('parameters'), lora),
      judged,
      lastLoss: last.mean(),
    };
  } finally {
    variables.dispose();
  }
}
