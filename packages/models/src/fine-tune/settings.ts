import type { Tensor } from '@cloze/backend';
import type { Objective, RegulariserData, TaskOutput } from '@cloze/regularisers';
import type { Replicas, StopSignal, TrainingCallback } from '@cloze/trainer';
import type { TaskBatch, TaskParameters } from '../tasks/prepared-task.ts';
import { checkTask, type Task } from '../tasks/task.ts';
import { decayProblems, type UpdateSettings } from '../update-settings.ts';
import type { LoraSettings } from './lora.ts';

/** A regulariser of one's own: a function with a name and settings, because both are part of a run's identity. */
export interface NamedRegulariser {
  <P extends TaskParameters<Tensor>, B extends TaskBatch<Tensor>, O extends TaskOutput>(
    objective: Objective<P, B, O>,
  ): Objective<P, B, O>;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** How a model is fine-tuned; names as in Hugging Face's trainer where the meaning is the same. */
export interface FineTuneSettings<T extends Task> extends UpdateSettings {
  readonly task: T;
  /** Passes over the training rows, default 3; or `maxSteps`. */
  readonly epochs?: number;
  readonly maxSteps?: number;
  /** Factor by which rates fall from layer to layer, 0 < d ≤ 1; default 1. */
  readonly layerwiseDecay?: number;
  /** Parts of the encoder that stay as they are, by path: `embeddings`, `layers/0`; `encoder` is all of it. Default none. */
  readonly freeze?: readonly string[];
  /** Train a product of two narrow matrices beside each of some kernels instead of the encoder (Hu et al. 2021); merged when it is done. */
  readonly lora?: LoraSettings;
  /** By data, `{ name: 'r-drop', alpha: 4 }`, or a function with `name` and `settings`; default none. */
  readonly regulariser?: RegulariserData | NamedRegulariser;
  /**
   * Share of its tokens that each row loses in training, drawn anew at each step, special tokens never (DropToken, Su 2021; 0.1 to 0.15 helped
   * there); 0 ≤ share ≤ 0.9, default 0. For tasks that have one answer a row.
   */
  readonly dropTokens?: number;
  /** Longest row, special tokens included; default the model's, or the longest row there is. */
  readonly maximumLength?: number;
  /** Seeds, or how many: 1, 2, …; default 1. Each is a training of its own. */
  readonly seeds?: number | readonly number[];
  /** Share of the training rows kept aside as dev where none is given, default 0.1; 0 judges nothing. */
  readonly devShare?: number;
  /** Leave rows out of train that stand in it twice, or in dev; default true. */
  readonly removeDuplicates?: boolean;
  /** Updates between evaluations on dev; default an epoch. */
  readonly evalSteps?: number;
  /** Evaluations without improvement after which a training stops and goes back to its best; default none, the last step is kept. */
  readonly earlyStoppingPatience?: number;
  /** Values to choose from on a part of train (never on dev), one setting after another. */
  readonly search?: {
    readonly learningRate?: readonly number[];
    readonly batchSize?: readonly number[];
    readonly epochs?: readonly number[];
  };
}

/** What a run is told besides its settings: nothing of it changes what comes out. */
export interface FineTuneSurroundings {
  /** Told what happens, for progress, logs, TensorBoard, MLflow. */
  readonly callbacks?: readonly TrainingCallback[];
  /** Told in whole sentences what is worth knowing: rows left out, texts cut, memory expected. */
  readonly say?: (line: string) => void;
  /** Raised to save and stop. */
  readonly signal?: StopSignal;
  /** Other processes that train the same model, such as `await mpiReplicas()` of `@cloze/backend`: each takes its rows of every batch, and rank 0 keeps the files. */
  readonly replicas?: Replicas | undefined;
}

/** Settings without a default: left out, they do nothing. */
type Undecided =
  | 'maxSteps'
  | 'epochs'
  | 'lora'
  | 'regulariser'
  | 'dropout'
  | 'decayRatio'
  | 'evalSteps'
  | 'search'
  | 'earlyStoppingPatience';

/** Settings with every default filled in: with the hashes of data and model, a run's identity. */
export type ResolvedSettings<T extends Task = Task> = Required<Omit<FineTuneSettings<T>, Undecided | 'seeds'>> &
  Pick<FineTuneSettings<T>, Undecided> & {
    readonly seeds: readonly number[];
  };

/** Every setting there is: one more does not compile until it stands here. */
const settingNames: Readonly<Record<keyof FineTuneSettings<Task>, true>> = {
  ...{ task: true, epochs: true, maxSteps: true, batchSize: true, gradientAccumulationSteps: true },
  ...{ learningRate: true, lrSchedulerType: true, warmupRatio: true, decayRatio: true, weightDecay: true },
  ...{ maxGradNorm: true, optimiser: true, layerwiseDecay: true, freeze: true, lora: true, regulariser: true },
  ...{ dropout: true, dropTokens: true, maximumLength: true, seeds: true, devShare: true, removeDuplicates: true },
  ...{ evalSteps: true, earlyStoppingPatience: true, search: true, precision: true, nonFinite: true },
};

/** Tasks whose targets stand at tokens. */
const needEveryToken: readonly Task['kind'][] = ['tokens', 'span', 'generation'];

const whole = (name: string, value: number | undefined, least: number, most = Number.MAX_SAFE_INTEGER): string[] =>
  value === undefined || (Number.isInteger(value) && value >= least && value <= most)
    ? []
    : [
        `${name} must be a whole number ${most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`}, got ${value}`,
      ];

/** Trainings that one call makes at most: judged before a list of them is made. */
const mostSeeds = 10_000;
const within = (name: string, value: number | undefined, [low, high]: readonly [number, number]): string[] =>
  value === undefined || (value >= low && value <= high)
    ? []
    : [`${name} must lie between ${low} and ${high}, got ${value}`];

/**
 * Fills in what was left out and judges the rest.
 *
 * @param longest the most tokens that the model reads
 * @throws {RangeError} naming every setting that is unknown or out of its range
 */
export function resolveSettings<T extends Task>(settings: FineTuneSettings<T>, longest: number): ResolvedSettings<T> {
  const { seeds = 1, maximumLength = longest, search } = settings;
  if (settings.task !== undefined) checkTask('fineTune: task', settings.task);
  const list =
    typeof seeds === 'number'
      ? Array.from({ length: seeds >= 1 && seeds <= mostSeeds ? seeds : 0 }, (_, i) => i + 1)
      : [...seeds];
  const problems = [
    ...Object.keys(settings)
      .filter((name) => !Object.hasOwn(settingNames, name))
      .map((name) => `'${name}' is no setting; there are ${Object.keys(settingNames).sort().join(', ')}`),
    ...whole('maxSteps', settings.maxSteps, 1),
    ...whole('batchSize', settings.batchSize, 1),
    ...whole('gradientAccumulationSteps', settings.gradientAccumulationSteps, 1),
    ...whole('evalSteps', settings.evalSteps, 1),
    ...whole('earlyStoppingPatience', settings.earlyStoppingPatience, 1),
    ...(typeof seeds === 'number'
      ? whole('seeds', seeds, 1, mostSeeds)
      : list.flatMap((seed) => whole('seeds', seed, 0))),
    ...(settings.epochs === undefined || (settings.epochs > 0 && Number.isFinite(settings.epochs))
      ? []
      : [`epochs must be above 0, got ${settings.epochs}`]),
    ...(settings.learningRate === undefined || (settings.learningRate > 0 && Number.isFinite(settings.learningRate))
      ? []
      : [`learningRate must be above 0, got ${settings.learningRate}`]),
    ...within('warmupRatio', settings.warmupRatio, [0, 1]),
    ...decayProblems(settings),
    ...within('weightDecay', settings.weightDecay, [0, 1e6]),
    ...within('maxGradNorm', settings.maxGradNorm, [0, 1e30]),
    ...within('layerwiseDecay', settings.layerwiseDecay, [1e-6, 1]),
    ...within('dropout', settings.dropout, [0, 0.999]),
    ...within('dropTokens', settings.dropTokens, [0, 0.9]),
    ...(settings.dropTokens && needEveryToken.includes(settings.task.kind)
      ? [`dropTokens is for tasks with one answer a row; ${settings.task.kind} needs every token`]
      : []),
    ...within('devShare', settings.devShare, [0, 0.9]),
    ...(Number.isInteger(maximumLength) && maximumLength >= 4 && maximumLength <= longest
      ? []
      : [`maximumLength must be a whole number from 4 to ${longest}, what the model reads, got ${maximumLength}`]),
    ...Object.entries(search ?? {}).flatMap(([name, values]) =>
      !['learningRate', 'batchSize', 'epochs'].includes(name)
        ? [`search.${name} cannot be searched; learningRate, batchSize and epochs can`]
        : Array.isArray(values) && values.length > 0 && values.every((value) => value > 0)
          ? []
          : [`search.${name} must be a list of numbers above 0`],
    ),
  ];
  if (settings.maxSteps !== undefined && settings.epochs !== undefined)
    problems.push('give epochs or maxSteps, not both');
  if ((settings.batchSize ?? 32) % (settings.gradientAccumulationSteps ?? 1) !== 0)
    problems.push(
      `gradientAccumulationSteps (${settings.gradientAccumulationSteps}) must divide batchSize (${settings.batchSize ?? 32})`,
    );
  if (new Set(list).size !== list.length) problems.push(`seeds stand twice: ${list.join(', ')}`);
  if (problems.length > 0) throw new RangeError(`fineTune: ${problems.join('; ')}.`);
  const { epochs = settings.maxSteps === undefined ? 3 : undefined } = settings;
  return {
    batchSize: 32,
    gradientAccumulationSteps: 1,
    learningRate: 5e-5,
    lrSchedulerType: 'linear',
    warmupRatio: 0.1,
    weightDecay: 0.01,
    maxGradNorm: 1,
    optimiser: 'adamw',
    layerwiseDecay: 1,
    freeze: [],
    dropTokens: 0,
    devShare: 0.1,
    removeDuplicates: true,
    precision: 'float32',
    nonFinite: 'stop',
    ...settings,
    ...(epochs !== undefined && { epochs }),
    maximumLength,
    seeds: list,
  };
}
