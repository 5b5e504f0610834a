import type { Checkpoints } from '../checkpoints/open-checkpoints.ts';
import type { Checkpoint } from '../checkpoints/read-checkpoint.ts';
import { LossError, type StepRecord, type StepResult, train } from '../train.ts';
import { type EarlyStopping, isExhausted, judgeEvaluation } from './early-stopping.ts';
import type { StopSignal } from './stop-signal.ts';
import type { TrainingCallback, TrainingOutcome } from './training-callback.ts';
import { initialTrainingState, resumedState, type TrainingState } from './training-state.ts';
import { watchSpike } from './watch-spike.ts';

/** A run; names as in Hugging Face's trainer where the meaning is the same. */
export interface TrainingOptions<B> extends EarlyStopping {
  readonly maxSteps: number;
  /** The batch of step t = 1, 2, …, from nothing but t and a seed: order, masks and dropout keys included. */
  readonly batchOf: (step: number) => B | Promise<B>;
  /** One compiled step. A metric called `gradNorm` is watched for spikes. */
  readonly update: (batch: B, step: number) => Promise<StepResult>;
  /** Names the examples of a batch in an error; default none. */
  readonly idsOf?: (batch: B) => readonly (string | number)[];
  /** Default none: nothing is saved or resumed. The caller opens and closes it. */
  readonly checkpoints?: Checkpoints | undefined;
  /** All tensors that change: parameters, optimiser, averages. Needed with `checkpoints`. */
  readonly capture?: () => Readonly<Record<string, unknown>>;
  /** Puts a checkpoint's tensors back. Needed with `checkpoints`. */
  readonly restore?: (checkpoint: Checkpoint) => void;
  /** Settings a resume must share, as JSON; default none. */
  readonly configuration?: unknown;
  /** Default 500. The start and the end are always saved: a full disk shows before the first step. */
  readonly saveSteps?: number;
  /** Default none: `evaluate` is not called. */
  readonly evalSteps?: number | undefined;
  /** Figures of the parameters as they are; must draw no numbers from a shared stream. May return early once `signal` is raised. */
  readonly evaluate?: (step: number, signal: StopSignal | undefined) => Promise<Readonly<Record<string, number>>>;
  /** The figure of `evaluate` that decides early stopping and which checkpoint is best. Default `loss`. */
  readonly metricForBestModel?: string;
  /** Default 10. */
  readonly loggingSteps?: number;
  /** What a NaN or infinite loss does; `skip` needs an update guarded with `keepUnlessFinite` and stops after 10 in a row. Default `stop`. */
  readonly nonFinite?: 'stop' | 'skip';
  /** Mean absolute deviations above the running mean that make a spike, default 6. */
  readonly spikeFactor?: number;
  /** Raised to save and stop after the running update: SIGINT, SIGTERM. */
  readonly signal?: StopSignal | undefined;
  readonly callbacks?: readonly TrainingCallback[];
  /** Told in one sentence when a callback fails: watching must not end a run. Default nobody. */
  readonly warn?: (message: string) => void;
}

/** Updates skipped in a row that end a run. */
const SKIPPED_IN_A_ROW = 10;

function counted(state: TrainingState, { step, loss, tokens, metrics }: StepRecord): TrainingState {
  const usable = Number.isFinite(loss);
  const sums: Record<string, number> = { ...state.window.sums };
  if (usable) for (const [name, value] of Object.entries({ loss, ...metrics })) sums[name] = (sums[name] ?? 0) + value;
  return {
    ...state,
    step,
    tokens: state.tokens + tokens,
    skipped: usable ? 0 : state.skipped + 1,
    window: { steps: state.window.steps + (usable ? 1 : 0), sums },
  };
}

/**
 * Trains to `maxSteps`, saving, evaluating and logging on the way; begins at the newest checkpoint where there is one.
 *
 * A run that was killed at any instant and called again gives the same parameters, bit for bit, as one that was not: all that
 * changes lies in `capture` and in the state saved beside it, and batches follow from the step alone.
 *
 * @throws {LossError} naming step, examples and checkpoint when the loss is NaN or infinite
 * @throws {CheckpointError} when a checkpoint cannot be written, or was made with another `configuration`
 */
export async function runTraining<B>({
  maxSteps,
  batchOf,
  update,
  idsOf = () => [],
  checkpoints,
  capture,
  restore,
  configuration = null,
  saveSteps = 500,
  evalSteps,
  evaluate,
  metricForBestModel = 'loss',
  loggingSteps = 10,
  nonFinite = 'stop',
  spikeFactor = 6,
  signal,
  callbacks = [],
  warn = () => {},
  ...stopping
}: TrainingOptions<B>): Promise<TrainingOutcome> {
  if (checkpoints && !(capture && restore))
    throw new RangeError('runTraining: with checkpoints, capture and restore must say what is saved and put back.');
  const tell = async (call: (callback: TrainingCallback) => unknown) => {
    for (const callback of callbacks) {
      try {
        await call(callback);
      } catch (error) {
        warn(`a callback failed: ${error instanceof Error ? error.message : error}; training goes on.`);
      }
    }
  };
  let lastSaved: string | undefined;
  let savedState: TrainingState | undefined;
  let state = initialTrainingState(configuration);
  const save = async (metrics: Readonly<Record<string, number>> = {}) => {
    if (!checkpoints || savedState === state) return;
    lastSaved = await checkpoints.save({ step: state.step, tensors: capture?.() ?? {}, state, metrics });
    savedState = state;
    await tell((callback) => callback.onSave?.(state.step, lastSaved as string));
  };
  const judge = async (): Promise<Readonly<Record<string, number>> | undefined> => {
    if (!evaluate || !evalSteps || state.step % evalSteps !== 0 || state.evaluated === state.step) return undefined;
    const metrics = await evaluate(state.step, signal);
    // Cut short: the state says so, and the resumed run evaluates again before its next step.
    if (signal?.aborted) return undefined;
    const progress = judgeEvaluation(state.progress, state.step, metrics[metricForBestModel] ?? Number.NaN, stopping);
    state = { ...state, progress, evaluated: state.step };
    await tell((callback) => callback.onEvaluate?.(state.step, metrics));
    return metrics;
  };

  const found = await checkpoints?.latest();
  if (found) {
    state = resumedState(found.state, configuration);
    savedState = state;
    restore?.(found);
    lastSaved = `checkpoint-${found.step}`;
  }
  await tell((callback) => callback.onTrainBegin?.({ firstStep: state.step + 1, maxSteps }));
  if (!found) await save();

  const finish = async (reason: TrainingOutcome['reason']): Promise<TrainingOutcome> => {
    const outcome: TrainingOutcome = {
      reason,
      step: state.step,
      tokens: state.tokens,
      best: state.progress.best,
    };
    await tell((callback) => callback.onTrainEnd?.(outcome));
    return outcome;
  };
  /** What follows an update, or a resume from a checkpoint that was made before its evaluation. */
  const settle = async (): Promise<TrainingOutcome['reason'] | undefined> => {
    const metrics = await judge();
    const over = isExhausted(state.progress, stopping);
    const improved = metrics !== undefined && state.progress.best?.step === state.step;
    if (signal?.aborted || over || improved || state.step % saveSteps === 0 || state.step >= maxSteps)
      await save(metrics);
    if (over) return 'stopped early';
    if (
      state.step >= maxSteps &&
      !(signal?.aborted && evaluate && evalSteps && state.step % evalSteps === 0 && state.evaluated !== state.step)
    )
      return 'finished';
    return signal?.aborted ? 'interrupted' : undefined;
  };

  if (state.step > 0 || signal?.aborted || maxSteps === 0) {
    const reason = await settle();
    if (reason) return finish(reason);
  }
  const records = train({
    firstStep: state.step + 1,
    steps: maxSteps,
    batchOf,
    update,
    idsOf,
    nonFinite,
    lastGood: () => lastSaved,
  });
  for await (const record of records) {
    state = counted(state, record);
    if (state.skipped >= SKIPPED_IN_A_ROW) throw new LossError(record.loss, record.step, { checkpoint: lastSaved });
    await tell((callback) => callback.onStepEnd?.(record));
    for (const name of ['loss', 'gradNorm'] as const) {
      const value = name === 'loss' ? record.loss : record.metrics.gradNorm;
      if (value === undefined) continue;
      const usual = state.spikes[name].mean;
      const watched = watchSpike(state.spikes[name], value, spikeFactor);
      state = { ...state, spikes: { ...state.spikes, [name]: watched.state } };
      if (watched.spike) await tell((callback) => callback.onSpike?.({ step: record.step, name, value, usual }));
    }
    if (record.step % loggingSteps === 0 && state.window.steps > 0) {
      const { steps, sums } = state.window;
      const means = Object.fromEntries(Object.entries(sums).map(([name, value]) => [name, value / steps]));
      const { tokens } = state;
      state = { ...state, window: { steps: 0, sums: {} } };
      await tell((callback) => callback.onLog?.(record.step, { ...means, tokens }));
    }
    const reason = await settle();
    if (reason) return finish(reason);
  }
  return finish('finished');
}
