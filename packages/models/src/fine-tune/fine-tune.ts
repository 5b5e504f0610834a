import type { Placement } from '@cloze/backend';
import { anything, callable, checkOptions, either, oneOf, type Rules, real } from '@cloze/checks';
import type { FigureOverSeeds } from '@cloze/eval';
import type { Checkpoints, Retention } from '@cloze/trainer';
import { hashOf } from '../hash-of.ts';
import { expectedCost, type PlannedTraining } from '../model/expected-cost.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { createTaskModel, type TaskModel } from '../model/task-model.ts';
import { taskTokenizer } from '../model/task-tokenizer.ts';
import type { PreparedTask } from '../tasks/prepared-task.ts';
import type { Task } from '../tasks/task.ts';
import { type FigureOf, type InputOf, type PredictionOf, prepareTask } from '../tasks/task-kinds.ts';
import { batchOrder, stepsOf } from './batch-order.ts';
import { figuresOverSeeds } from './figures.ts';
import { counted, type FineTuneData, readBoth, splitData, tableOf } from './fine-tune-data.ts';
import { lessonsFrom } from './lessons-from.ts';
import { checkColumns, lengthOf } from './read-examples.ts';
import { searchSettings } from './search-settings.ts';
import {
  type FineTuneSettings,
  type FineTuneSurroundings,
  type ResolvedSettings,
  resolveSettings,
} from './settings.ts';
import { type TrainedOnce, trainOnce } from './train-once.ts';

/** Raised when a run was told to stop and has saved itself: the same call goes on from there. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Where trainings run and are saved; nothing of it changes what comes out. */
export interface FineTunePlace extends FineTuneSurroundings {
  readonly placement?: Placement;
  /** Bytes that a training may take: one that is estimated to take more is refused before it begins. Default no limit; of `@cloze/models/node` the machine's memory. */
  readonly memory?: number;
  /** Opens the checkpoints of a part of the run (`seed-1`, `search-learningRate-0.001`), which keep the best by a metric with early stopping; default none: nothing is saved. */
  readonly openCheckpoints?: (
    part: string,
    retention: Pick<Retention, 'metricForBestModel' | 'greaterIsBetter'>,
  ) => Promise<Checkpoints>;
}

/** Everything that tells one run from another, as JSON. */
export interface RunIdentity {
  readonly settings: unknown;
  readonly train: string;
  readonly dev: string;
  readonly model: string;
}

/** What fine-tuning gives. */
export interface FineTuneRun<T extends Task> {
  readonly identity: RunIdentity;
  readonly settings: ResolvedSettings<T>;
  /** Figures on dev over all seeds; `n` is 0 without dev rows. */
  readonly dev: Readonly<Record<FigureOf<T>, FigureOverSeeds>>;
  /** Each seed's training, with its judged dev rows. */
  readonly trainings: readonly TrainedOnce<PredictionOf<T>>[];
  /** The first seed's: no seed is chosen by the rows it is judged on. */
  readonly model: TaskModel<T>;
  readonly task: PreparedTask<InputOf<T>, PredictionOf<T>>;
}

/** What is said of where a fine-tuning runs must be. */
const placeRules: Rules<FineTunePlace> = {
  placement: anything,
  replicas: anything,
  memory: either(real({ above: 0 }), oneOf([Number.POSITIVE_INFINITY])),
  openCheckpoints: callable,
  callbacks: anything,
  say: callable,
  signal: anything,
};

/** What a figure says when there is nothing to judge. */
const unjudged: FigureOverSeeds = {
  ...{ value: Number.NaN, low: Number.NaN, high: Number.NaN, n: 0, seeds: 0, sd: null },
  seedsCovered: false,
};

/** The settings one by one, so that a resume under others names those that differ. */
const settingsOf = (data: unknown): object => (typeof data === 'object' && data !== null ? data : {});

/** Settings as JSON has them: a regulariser that is a function by its name and settings. */
function settingsAsData({ regulariser, ...settings }: ResolvedSettings): unknown {
  if (typeof regulariser !== 'function') return { ...settings, ...(regulariser && { regulariser }) };
  if (typeof regulariser.name !== 'string' || typeof regulariser.settings !== 'object')
    throw new TypeError(
      "fineTune: a regulariser that is a function needs a 'name' and 'settings': they are part of a run's identity.",
    );
  return { ...settings, regulariser: { name: regulariser.name, ...regulariser.settings } };
}

/**
 * Fine-tunes a model on rows: reads them, trains each seed from the same weights, judges each on dev, and gives the first seed's model.
 *
 * The model given is not changed. The last step's weights are kept unless `earlyStoppingPatience` asks for the best on dev. A search never
 * sees dev rows.
 *
 * @throws {TypeError} for what are no rows @throws {RangeError} for settings out of range, all at once, and for a training that needs more than `memory` {TableError} for rows that cannot be learnt from, all at once
 * @throws {InterruptedError} after saving, when the signal was raised {CheckpointError} for a folder that holds another run, naming what differs
 */
export async function fineTune<const T extends Task>(
  model: LoadedModel,
  { train: trainRows, dev: devRows, ...given }: FineTuneSettings<T> & FineTuneData,
  place: FineTunePlace = {},
): Promise<FineTuneRun<T>> {
  checkOptions('fineTune: place', place, placeRules);
  const { openCheckpoints, placement, memory, ...surroundings } = place;
  const { say = () => {} } = surroundings;
  const data = { train: tableOf(trainRows, 'train'), dev: devRows && tableOf(devRows, 'dev') };
  const wanted = resolveSettings<T>(given, model.maximumLength);
  const settingsData = settingsAsData(wanted);
  checkColumns(data.train, wanted.task);
  if (data.dev) checkColumns(data.dev, wanted.task);
  const notes: string[] = [];
  const split = splitData(data, wanted.task, wanted, (line) => notes.push(line));
  // What is learnt with is the model with the dropout asked for; what comes of it keeps the model's own.
  const learner = wanted.dropout === undefined ? model : withDropout(model, wanted.dropout);
  const prepared = prepareTask(wanted.task, { model: learner, rows: split.train });
  const { labels } = prepared;
  say(
    `${data.train.source}: ${counted(data.train.rows.length, 'row')}${labels.length > 0 ? `, ${counted(labels.length, 'label')}` : ''}.`,
  );
  for (const note of notes) say(note);
  if (split.dev.length > 0 && prepared.metrics.names.length === 0)
    throw new RangeError(
      `fineTune: ${wanted.task.kind} without a column to judge by cannot take dev rows; name one, or set devShare to 0.`,
    );
  const tokenizer = taskTokenizer(model, wanted.maximumLength);
  const [train, dev] = await readBoth(data, split, prepared, tokenizer);
  for (const [name, examples] of [
    ['train', train],
    ['dev', dev],
  ] as const) {
    const cut = examples.filter(({ truncated }) => truncated).length;
    if (cut > 0)
      say(
        `${name}: ${counted(cut, 'text')} of ${examples.length} ${cut === 1 ? 'is' : 'are'} cut at ${wanted.maximumLength} tokens.`,
      );
  }
  const lessons = lessonsFrom(data.train.source, train, prepared, say);
  const { batchSize, gradientAccumulationSteps: parts, optimiser, seeds } = wanted;
  const planned: PlannedTraining = {
    family: model.family,
    config: learner.config,
    optimiser,
    seeds: seeds.length,
    rows: (batchSize / parts) * prepared.encodingsEach,
    length: lessons.reduce((most, example) => Math.max(most, lengthOf(example)), 0),
    steps: stepsOf(wanted, batchOrder(lessons.map(lengthOf), wanted, seeds[0] as number)),
  };
  say(expectedCost(model.engine, placement ?? {}, planned, memory));
  const identity: RunIdentity = {
    settings: settingsData,
    train: await hashOf(split.train),
    dev: await hashOf(split.dev),
    model: await model.hash(),
  };
  const trainPart = async (
    part: string,
    examples: { readonly train: typeof train; readonly dev: typeof dev },
    settings: ResolvedSettings<T>,
    seed: number,
    told: FineTuneSurroundings,
  ) => {
    const { primary: metricForBestModel, greaterIsBetter } = prepared.metrics;
    const checkpoints = await openCheckpoints?.(
      part,
      settings.earlyStoppingPatience === undefined ? {} : { metricForBestModel, greaterIsBetter },
    );
    try {
      const trained = await trainOnce(
        learner,
        prepared,
        examples,
        settings,
        seed,
        {
          engine: model.engine,
          identity: {
            ...settingsOf(settingsData),
            part,
            train: identity.train,
            dev: identity.dev,
            model: identity.model,
          },
          ...(placement && { placement }),
          checkpoints,
        },
        told,
      );
      if (trained.outcome.reason === 'interrupted')
        throw new InterruptedError(
          `stopped in ${part} after step ${trained.outcome.step}; ${checkpoints ? 'the same call goes on from there' : "nothing was kept, for no folder was given ('output')"}.`,
        );
      return trained;
    } finally {
      await checkpoints?.close();
    }
  };
  const settings = await searchSettings(wanted, train, prepared.metrics, say, (part, examples, tried) =>
    trainPart(part, examples, tried, tried.seeds[0] as number, { ...surroundings, callbacks: [] }),
  );
  const trainings: TrainedOnce<PredictionOf<T>>[] = [];
  for (const seed of settings.seeds)
    trainings.push(await trainPart(`seed-${seed}`, { train, dev }, settings, seed, surroundings));
  const [first] = trainings as [TrainedOnce<PredictionOf<T>>];
  const figures = figuresOverSeeds(
    prepared.metrics,
    trainings.map(({ judged }) => judged),
  );
  return {
    identity,
    settings,
    dev: Object.fromEntries(prepared.metrics.names.map((name) => [name, figures[name] ?? unjudged])) as Readonly<
      Record<FigureOf<T>, FigureOverSeeds>
    >,
    trainings,
    model: createTaskModel(model, prepared, wanted.task, first.parameters, wanted.maximumLength),
    task: prepared,
  };
}

/** A model whose states, embeddings and attention are dropped out at another rate in training. */
const withDropout = (model: LoadedModel, dropout: number): LoadedModel => ({
  ...model,
  config: { ...model.config, dropout, attentionDropout: dropout, classifierDropout: dropout },
});
