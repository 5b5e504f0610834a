import type { HostTensor } from '@cloze/backend';
import {
  type EncodedInput,
  type Judged,
  type LoadedModel,
  type PreparedTask,
  type Row,
  readExamples,
  resolveSettings,
  type Task,
  type TaskParameters,
  taskTokenizer,
  trainOnce,
} from '@cloze/models';
import type { RegulariserData } from '@cloze/regularisers';
import type { Lab } from './lab.ts';
import { bucketsTo } from './pretrain-settings.ts';
import type { TrainingMeasures, TrainingSettings } from './train-parameters.ts';
import { checkpointsOf, logging, needWhole } from './watch-training.ts';

/** How a task is learnt. */
export interface TuneOptions extends Omit<TrainingSettings, 'cooldown'> {
  readonly batch: number;
  /** Longest row, special tokens included. */
  readonly length: number;
  /** Share of tokens that DropToken drops in training; default 0. */
  readonly dropTokens?: number;
  readonly regulariser?: RegulariserData | undefined;
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
 * The last step's weights are judged, not the best on the set they are judged on. Order, dropout and DropToken follow from (seed, step).
 *
 * @param columns the task as data @param task the same, prepared, with what the recipe does otherwise
 * @throws {InterruptedError} after saving, when the lab's signal was raised
 */
export async function tuneOnTask<Input, Prediction>(
  lab: Lab,
  phase: string,
  model: LoadedModel,
  columns: Task,
  task: PreparedTask<Input, Prediction>,
  { train, dev, unlabelled }: TaskRows<Input>,
  { steps, batch, length, learningRate, warmup, weightDecay, dropTokens = 0, regulariser }: TuneOptions,
): Promise<Tuned<Prediction>> {
  const settings = resolveSettings(
    {
      task: columns,
      maxSteps: steps,
      batchSize: batch,
      learningRate,
      warmupRatio: warmup,
      weightDecay,
      dropTokens,
      maximumLength: Math.min(length, model.maximumLength),
      ...(regulariser && { regulariser }),
    },
    model.maximumLength,
  );
  const { maximumLength } = settings;
  const tokenizer = taskTokenizer(model, maximumLength);
  const read = async (name: string, rows: readonly Row[]) =>
    rows.length === 0 ? [] : readExamples(`${phase}, ${name}`, rows, task, tokenizer);
  const others: readonly EncodedInput<Input>[] | undefined = unlabelled && (await task.encode(unlabelled, tokenizer));
  const checkpoints = await checkpointsOf(lab, phase, steps);
  const started = lab.now();
  try {
    const { outcome, parameters, judged, lastLoss } = await trainOnce(
      model,
      task,
      {
        train: await read('train', train),
        dev: await read('dev', dev),
        unlabelled: others,
        // Rows that may be long and are mostly short get the lengths that suit them.
        ...(length <= 128 && { buckets: bucketsTo(maximumLength) }),
      },
      settings,
      lab.seed,
      {
        engine: lab.engine,
        placement: lab.placement,
        checkpoints,
        identity: { phase, seed: lab.seed, steps, learningRate, warmup, weightDecay },
      },
      { callbacks: [logging(lab, phase)], say: lab.say, signal: lab.signal },
    );
    needWhole(phase, outcome);
    return { parameters, judged, measures: { seconds: lab.now() - started, tokens: outcome.tokens, lastLoss } };
  } finally {
    await checkpoints?.close();
  }
}
