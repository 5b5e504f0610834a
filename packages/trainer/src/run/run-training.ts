import {
  anything,
  callable,
  checkOptions,
  flag,
  listOf,
  needed,
  oneOf,
  type Rules,
  real,
  ruleOf,
  text,
  whole,
} from '@cloze/checks';
import { largerIsBetter } from '../checkpoints/larger-is-better.ts';
import type { Checkpoints } from '../checkpoints/open-checkpoints.ts';
import { countStep } from './count-step.ts';
import type { EarlyStopping } from './early-stopping.ts';
import { announceTo, type SavedVariables, saverOf } from './saver.ts';
import { settle } from './settle.ts';
import type { StopSignal } from './stop-signal.ts';
import { LossError, type StepResult, takeSteps, unusable } from './take-steps.ts';
import type { TrainingCallback, TrainingOutcome } from './training-callback.ts';
import { initialTrainingState } from './training-state.ts';

/** A run; names as in Hugging Face's trainer where the meaning is the same. */
export interface TrainingOptions<B> extends EarlyStopping {
  /** A whole number, from 0 on. */
  readonly maxSteps: number;
  /** The batch of step t = 1, 2, …, from nothing but t and a seed: order and masks included. */
  readonly batchOf: (step: number) => B | Promise<B>;
  /** One update, such as `trainingStep` gives. A metric called `gradNorm` is watched for spikes. */
  readonly step: (step: number, batch: B) => Promise<StepResult>;
  /** Real tokens of a batch, for logs; default 0. */
  readonly tokensOf?: (batch: B) => number;
  /** Names the examples of a batch in an error; default none. */
  readonly idsOf?: (batch: B) => readonly (string | number)[];
  /** Default none: nothing is saved or resumed. The caller opens and closes it. */
  readonly checkpoints?: Checkpoints | undefined;
  /** All tensors that change: what a checkpoint saves, what a resume puts back, and what is looked at before a run is called finished. Needed with `checkpoints`. */
  readonly variables?: SavedVariables;
  /** Today's path of a leaf of an older checkpoint, such as `currentName` of `@cloze/encoder`; default: the path itself. */
  readonly rename?: (path: string) => string;
  /** Settings a resume must share, as JSON; default none. */
  readonly configuration?: unknown;
  /** Default 500. The start and the end are always saved: a full disk shows before the first step. */
  readonly saveSteps?: number;
  /** Default none: `evaluate` is not called. */
  readonly evalSteps?: number | undefined;
  /** Figures of the parameters as they are; must draw no numbers from a shared stream. May return early once `signal` is raised. */
  readonly evaluate?: (step: number, signal: StopSignal | undefined) => Promise<Readonly<Record<string, number>>>;
  /**
   * The figure of `evaluate` that decides early stopping and which checkpoint is best; it must be one of them. Default `loss` where there is one,
   * else none is the best.
   */
  readonly metricForBestModel?: string;
  /** Default: larger values of `metricForBestModel` are better, but for names that end in `loss`. */
  readonly greaterIsBetter?: boolean;
  /** Default 10. */
  readonly loggingSteps?: number;
  /** What a NaN or infinite loss or gradient norm does; `skip` goes on past an update that was not made, counts it, and stops after 10 in a row. Default `stop`. */
  readonly nonFinite?: 'stop' | 'skip';
  /** Mean absolute deviations above the running mean that make a spike, default 6. */
  readonly spikeFactor?: number;
  /** Raised to save and stop after the running update: SIGINT, SIGTERM. */
  readonly signal?: StopSignal | undefined;
  readonly callbacks?: readonly TrainingCallback[];
  /** Told in one sentence when a callback fails: watching must not end a run. Default nobody. */
  readonly warn?: (message: string) => void;
}

const rules: Rules<TrainingOptions<never>> = {
  maxSteps: needed(whole(0)),
  batchOf: needed(callable),
  step: needed(callable),
  tokensOf: callable,
  idsOf: callable,
  checkpoints: anything,
  variables: anything,
  rename: callable,
  configuration: ruleOf('JSON', () => true),
  saveSteps: whole(1),
  evalSteps: whole(1),
  evaluate: callable,
  metricForBestModel: text,
  greaterIsBetter: flag,
  earlyStoppingPatience: whole(1),
  earlyStoppingThreshold: real({ from: 0 }),
  loggingSteps: whole(1),
  nonFinite: oneOf(['stop', 'skip']),
  spikeFactor: real({ above: 0 }),
  signal: anything,
  callbacks: listOf(anything),
  warn: callable,
};

/** Updates skipped in a row that end a run. */
const SKIPPED_IN_A_ROW = 10;

/**
 * Trains to `maxSteps`, saving, evaluating and logging on the way; begins at the newest checkpoint where there is one.
 *
 * A run that was killed at any instant and called again gives the same parameters, bit for bit, as one that was not: all that
 * changes lies in `variables` and in the state saved beside them, and batches follow from the step alone.
 *
 * @throws {LossError} naming step, examples and checkpoint when loss or gradient norm is NaN or infinite, or what was trained holds such a number at the end
 * @throws {CheckpointError} when a checkpoint cannot be written, or was made with another `configuration`
 * @throws {RangeError} for an option that is unknown, missing or out of its range; where `evaluate` does not give `metricForBestModel`, or its name does not tell which value is better
 */
export async function runTraining<B>(options: TrainingOptions<B>): Promise<TrainingOutcome> {
  checkOptions<object>('runTraining', options, rules);
  const {
    maxSteps,
    batchOf,
    step,
    tokensOf = () => 0,
    idsOf = () => [],
    checkpoints,
    variables,
    rename = (path) => path,
    configuration = null,
    saveSteps = 500,
    evalSteps,
    evaluate,
    metricForBestModel,
    loggingSteps = 10,
    nonFinite = 'stop',
    spikeFactor = 6,
    signal,
    callbacks = [],
    warn = () => {},
    ...stopping
  } = options;
  if (stopping.earlyStoppingPatience !== undefined && (evaluate === undefined || evalSteps === undefined))
    throw new RangeError(
      'runTraining: earlyStoppingPatience needs evaluate and evalSteps: without them nothing is judged.',
    );
  const announce = announceTo(callbacks, warn);
  const saver = saverOf(checkpoints, { variables, rename }, announce);
  const greaterIsBetter = largerIsBetter(metricForBestModel ?? 'loss', stopping.greaterIsBetter);
  const metric = metricForBestModel ?? (stopping.earlyStoppingPatience === undefined ? undefined : 'loss');
  const settling = { maxSteps, saveSteps, evalSteps, evaluate, metric, signal, ...stopping, greaterIsBetter };

  const found = await saver.resume(configuration);
  let state = found ?? initialTrainingState(configuration);
  let reason: TrainingOutcome['reason'] | undefined;
  const settled = async () => {
    ({ state, reason } = await settle(state, settling, { announce, saver }));
  };
  await announce((callback) => callback.onTrainBegin?.({ firstStep: state.step + 1, maxSteps }));
  if (!found) await saver.save(state);
  if (state.step > 0 || signal?.aborted || maxSteps === 0) await settled();

  const firstStep = reason ? maxSteps + 1 : state.step + 1;
  const lastGood = saver.last;
  for await (const record of takeSteps({ firstStep, maxSteps, batchOf, step, tokensOf, idsOf, nonFinite, lastGood })) {
    const { state: counted, spikes, log } = countStep(state, record, { loggingSteps, maxSteps, spikeFactor });
    state = counted;
    if (state.skipped >= SKIPPED_IN_A_ROW)
      throw new LossError(unusable(record), record.step, { checkpoint: lastGood() });
    await announce((callback) => callback.onStepEnd?.(record));
    for (const spike of spikes) await announce((callback) => callback.onSpike?.(spike));
    if (log) await announce((callback) => callback.onLog?.(log.step, log.values, log.span));
    await settled();
    if (reason) break;
  }

  if (reason !== 'interrupted') {
    const broken = saver.unsound();
    if (broken !== undefined)
      throw new LossError(`after step ${state.step} ${broken}`, state.step, { checkpoint: lastGood() });
  }
  const { step: done, tokens, skippedInAll: skipped, progress } = state;
  const outcome: TrainingOutcome = { reason: reason ?? 'finished', step: done, tokens, skipped, best: progress.best };
  await announce((callback) => callback.onTrainEnd?.(outcome));
  return outcome;
}
