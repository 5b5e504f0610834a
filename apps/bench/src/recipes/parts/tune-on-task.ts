import type { HostTensor } from '@cloze/backend';
import {
  type EncodedInput,
  type Judged,
  type LoadedModel,
  type PreparedTask,
  type Row,
  readExamples,
  resolveSettings,
  searchSettings,
  type Task,
  type TaskParameters,
  taskTokenizer,
  trainOnce,
} from '@cloze/models';
import type { RegulariserData } from '@cloze/regularisers';
import type { TrainingCallback } from '@cloze/trainer';
import { chosenRate } from './chosen-rate.ts';
import type { Lab } from './lab.ts';
import { bucketsTo } from './pretrain-settings.ts';
import type { TrainingMeasures, TrainingSettings } from './train-parameters.ts';
import { checkpointsOf, logging, needWhole } from './watch-training.ts';

/** How a task is learnt. */
export interface TuneOptions extends Omit<TrainingSettings, 'cooldown'> {
  readonly batch: number;
  /** Longest row, special tokens included. */
  readonly length: number;
  /** Of matrix products; default float32. */
  readonly precision?: 'float32' | 'bfloat16';
  /** Share of tokens that DropToken drops in training; default 0. */
  readonly dropTokens?: number;
  readonly regulariser?: RegulariserData | undefined;
  /** Instead of `learningRate` the one of these that does best on a tenth of train; default none. */
  readonly rates?: readonly number[];
}

/** Rows that a task is learnt from and judged on. */
export interface TaskRows<Input> {
  readonly train: readonly Row[];
  readonly dev: readonly Row[];
  /** Inputs without labels, a batch of them beside each labelled one. */
  readonly unlabelled?: readonly Input[] | undefined;
}

/** What was learnt, and what it says of the dev rows, in their order. */
export interface Tuned<Prediction> {
  readonly parameters: TaskParameters<HostTensor>;
  readonly judged: readonly Judged<Prediction>[];
  readonly measures: TrainingMeasures;
}

/**
 * Fine-tunes on a task as a phase of the run.
 *
 * The last step's weights are judged, not the best on the set they are judged on. Order, dropout and DropToken follow from (seed, step). Of several
 * learning rates one is chosen by a tenth of train, always with seed 1; dev has no part in it.
 *
 * @param columns the task as data @param taskWith the same, prepared, with what the recipe does otherwise: some draw their heads by the seed
 * @throws {InterruptedError} after saving, when the lab's signal was raised
 */
export async function tuneOnTask<Input, Prediction>(
  lab: Lab,
  phase: string,
  model: LoadedModel,
  columns: Task,
  taskWith: (seed: number) => PreparedTask<Input, Prediction>,
  { train, dev, unlabelled }: TaskRows<Input>,
  {
    steps,
    batch,
    length,
    learningRate,
    warmup,
    weightDecay,
    dropTokens = 0,
    regulariser,
    rates = [],
    precision = 'float32',
  }: TuneOptions,
): Promise<Tuned<Prediction>> {
  const told = resolveSettings(
    {
      task: columns,
      maxSteps: steps,
      batchSize: batch,
      learningRate,
      warmupRatio: warmup,
      weightDecay,
      dropTokens,
      precision,
      maximumLength: Math.min(length, model.maximumLength),
      ...(regulariser && { regulariser }),
      ...(rates.length > 0 && { search: { learningRate: rates } }),
    },
    model.maximumLength,
  );
  const task = taskWith(lab.seed);
  const { maximumLength } = told;
  const tokenizer = taskTokenizer(model, maximumLength);
  const read = async (name: string, rows: readonly Row[]) =>
    rows.length === 0 ? [] : readExamples(`${phase}, ${name}`, rows, task, tokenizer);
  const others: readonly EncodedInput<Input>[] | undefined = unlabelled && (await task.encode(unlabelled, tokenizer));
  const learn = async (
    name: string,
    examples: { readonly train: Awaited<ReturnType<typeof read>>; readonly dev: Awaited<ReturnType<typeof read>> },
    settings: typeof told,
    seed: number,
    callbacks: readonly TrainingCallback[] = [],
  ) => {
    const checkpoints = await checkpointsOf(lab, name, steps);
    try {
      const trained = await trainOnce(
        model,
        taskWith(seed),
        {
          ...examples,
          unlabelled: others,
          // Rows that may be long and are mostly short get the lengths that suit them.
          ...(length <= 128 && { buckets: bucketsTo(maximumLength) }),
        },
        settings,
        seed,
        {
          engine: lab.engine,
          placement: lab.placement,
          checkpoints,
          identity: { phase: name, seed, steps, learningRate: settings.learningRate, warmup, weightDecay, precision },
        },
        { callbacks, say: lab.say, signal: lab.signal },
      );
      needWhole(name, trained.outcome);
      return trained;
    } finally {
      await checkpoints?.close();
    }
  };
  const [own, asked] = [await read('train', train), await read('dev', dev)];
  const search = () =>
    searchSettings(told, own, task.metrics, lab.say, (part, examples, tried) =>
      learn(`${phase}, ${part}`, examples, tried, 1),
    );
  const chosen =
    rates.length > 0
      ? { learningRate: await chosenRate(lab, phase, async () => (await search()).learningRate) }
      : undefined;
  const started = lab.now();
  const { outcome, parameters, judged, lastLoss } = await learn(
    phase,
    { train: own, dev: asked },
    { ...told, ...chosen },
    lab.seed,
    [logging(lab, phase)],
  );
  const measures = { seconds: lab.now() - started, tokens: outcome.tokens, lastLoss, ...chosen };
  return { parameters, judged, measures };
}
