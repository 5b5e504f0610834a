import type { Placement } from '@cloze/backend';
import { duplicateRows, type Table, withoutRows } from '@cloze/datasets';
import type { FigureOverSeeds } from '@cloze/eval';
import { permutation, streamFrom } from '@cloze/random';
import type { Checkpoints } from '@cloze/trainer';
import { hashOf } from '../hash-of.ts';
import { expectedCost } from '../model/expected-cost.ts';
import type { LoadedModel } from '../model/loaded-model.ts';
import { createTaskModel, type TaskModel } from '../model/task-model.ts';
import type { Example, PreparedTask, TaskTokenizer } from '../tasks/prepared-task.ts';
import type { Row } from '../tasks/row.ts';
import type { Task } from '../tasks/task.ts';
import { textColumnsOf } from '../tasks/task-columns.ts';
import { type FigureOf, type InputOf, type PredictionOf, prepareTask } from '../tasks/task-kinds.ts';
import { batchOrder, stepsOf } from './batch-order.ts';
import { figuresOverSeeds } from './figures.ts';
import { checkColumns, lengthOf, readExamples } from './read-examples.ts';
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

/** Rows to learn from and to be judged on: tables, or rows as they are. */
export interface FineTuneData {
  readonly train: Table | readonly Row[];
  /** Default: `devShare` of train. */
  readonly dev?: Table | readonly Row[] | undefined;
}

/** Where trainings run and are saved; nothing of it changes what comes out. */
export interface FineTunePlace extends FineTuneSurroundings {
  readonly placement?: Placement;
  /** Opens the checkpoints of a part of the run (`seed-1`, `search-learningRate-0.001`); default none: nothing is saved. */
  readonly openCheckpoints?: (part: string) => Promise<Checkpoints>;
}

const isTable = (rows: Table | readonly Row[]): rows is Table => !Array.isArray(rows);
/** Rows as a table. */
const tableOf = (rows: Table | readonly Row[], source: string): Table =>
  isTable(rows) ? rows : { source, columns: [...new Set(rows.flatMap((row) => Object.keys(row)))], rows };

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

/** What a figure says when there is nothing to judge. */
const unjudged: FigureOverSeeds = {
  ...{ value: Number.NaN, low: Number.NaN, high: Number.NaN, n: 0, seeds: 0, sd: null },
  seedsCovered: false,
};

const counted = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** Train and dev as they are used: duplicates out of train, dev kept aside where none is given. */
function splitData(
  { train, dev }: { readonly train: Table; readonly dev: Table | undefined },
  task: Task,
  settings: ResolvedSettings,
  say: (line: string) => void,
) {
  const columns = textColumnsOf(task);
  let rest = train;
  if (settings.removeDuplicates) {
    const { within, inDev } = duplicateRows(train, { columns, ...(dev && { dev }) });
    rest = withoutRows(train, [...within, ...inDev]);
    if (within.length > 0)
      say(`${train.source}: ${counted(within.length, 'row')} that stand twice are left out of train.`);
    if (inDev.length > 0)
      say(`${train.source}: ${counted(inDev.length, 'row')} that are dev rows are left out of train.`);
  }
  if (dev || settings.devShare === 0) return { train: rest.rows, dev: dev?.rows ?? [] };
  // The same rows for every seed: seeds tell how much a training varies, not how much its data does.
  const order = permutation(streamFrom(8770).fork('dev'), rest.rows.length);
  const aside = new Set(order.subarray(0, Math.floor(settings.devShare * rest.rows.length)));
  say(`${train.source}: ${counted(aside.size, 'row')} of ${rest.rows.length} are kept aside as dev.`);
  return {
    train: rest.rows.filter((_, i) => !aside.has(i)),
    dev: rest.rows.filter((_, i) => aside.has(i)),
  };
}

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
 * @throws {RangeError} for settings out of range, all at once {TableError} for rows that cannot be learnt from, all at once
 * @throws {InterruptedError} after saving, when the signal was raised {CheckpointError} for a folder that holds another run, naming what differs
 */
export async function fineTune<const T extends Task>(
  model: LoadedModel,
  { train: trainRows, dev: devRows, ...given }: FineTuneSettings<T> & FineTuneData,
  { openCheckpoints, placement, ...surroundings }: FineTunePlace = {},
): Promise<FineTuneRun<T>> {
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
  const tokenizer: TaskTokenizer = { ...model.tokenizerOf(wanted.maximumLength), maximumLength: wanted.maximumLength };
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
  const { batchSize, gradientAccumulationSteps: parts, optimiser, seeds } = wanted;
  say(
    expectedCost(model.engine, placement ?? {}, {
      family: model.family,
      config: learner.config,
      optimiser,
      seeds: seeds.length,
      rows: (batchSize / parts) * prepared.encodingsEach,
      length: train.reduce((most, example) => Math.max(most, lengthOf(example)), 0),
      steps: stepsOf(wanted, batchOrder(train.map(lengthOf), wanted, seeds[0] as number)),
    }),
  );
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
    const checkpoints = await openCheckpoints?.(part);
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
  config: { ...model.config, dropout, attentionDropout: dropout },
});

/** Both parts; what is wrong with either is said at once. */
async function readBoth<Input, Target>(
  data: { readonly train: Table; readonly dev: Table | undefined },
  split: { readonly train: readonly Row[]; readonly dev: readonly Row[] },
  prepared: Pick<PreparedTask<Input, unknown, Target>, 'inputOf' | 'targetOf' | 'encode'>,
  tokenizer: TaskTokenizer,
): Promise<[Example<Input, Target>[], Example<Input, Target>[]]> {
  const found = await Promise.allSettled([
    readExamples(data.train.source, split.train, prepared, tokenizer),
    split.dev.length === 0
      ? []
      : readExamples(data.dev?.source ?? `${data.train.source} (dev)`, split.dev, prepared, tokenizer),
  ]);
  const failed = found.flatMap((part) => (part.status === 'rejected' ? [part.reason as Error] : []));
  if (failed.length > 1) throw new RangeError(failed.map(({ message }) => message).join(' '));
  if (failed[0]) throw failed[0];
  return found.map((part) => (part.status === 'fulfilled' ? part.value : [])) as [
    Example<Input, Target>[],
    Example<Input, Target>[],
  ];
}
