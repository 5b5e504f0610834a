import { takeLog } from './count-step.ts';
import { type EarlyStopping, isExhausted, judgeEvaluation } from './early-stopping.ts';
import type { Announce, Saver } from './saver.ts';
import type { StopSignal } from './stop-signal.ts';
import type { TrainingOutcome } from './training-callback.ts';
import type { TrainingState } from './training-state.ts';

/** When a run evaluates, saves and ends. */
export interface Settling extends EarlyStopping {
  readonly maxSteps: number;
  readonly saveSteps: number;
  readonly evalSteps: number | undefined;
  readonly evaluate:
    | ((step: number, signal: StopSignal | undefined) => Promise<Readonly<Record<string, number>>>)
    | undefined;
  /** The figure that must be there; undefined: `loss` if it is there. */
  readonly metric: string | undefined;
  readonly signal: StopSignal | undefined;
}

const isDue = ({ step, evaluated }: TrainingState, { evaluate, evalSteps }: Settling) =>
  evaluate !== undefined && evalSteps !== undefined && evalSteps > 0 && step % evalSteps === 0 && evaluated !== step;

/** Evaluates where it is due, and judges the figure; no metrics where nothing was evaluated, or the signal cut it short. */
async function evaluated(
  state: TrainingState,
  settling: Settling,
  announce: Announce,
): Promise<{ readonly state: TrainingState; readonly metrics?: Readonly<Record<string, number>> }> {
  const { evaluate, metric, signal } = settling;
  if (!evaluate || !isDue(state, settling)) return { state };
  const metrics = await evaluate(state.step, signal);
  // Cut short: the state says so, and the resumed run evaluates again before its next step.
  if (signal?.aborted) return { state };
  const name = metric ?? 'loss';
  const value = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  if (value === undefined && metric !== undefined)
    throw new RangeError(
      `runTraining: metricForBestModel is '${metric}', evaluate gives ${Object.keys(metrics).join(', ') || 'nothing'}; name one of these.`,
    );
  const progress = value === undefined ? state.progress : judgeEvaluation(state.progress, state.step, value, settling);
  await announce((callback) => callback.onEvaluate?.(state.step, metrics));
  return { state: { ...state, progress, evaluated: state.step }, metrics };
}

/**
 * What follows a step, or a resume from a checkpoint that was made before its evaluation: evaluate, save, and say whether the run is over.
 *
 * @returns the state after it, and why the run ends where it does
 */
export async function settle(
  before: TrainingState,
  settling: Settling,
  { announce, saver }: { readonly announce: Announce; readonly saver: Saver },
): Promise<{ readonly state: TrainingState; readonly reason?: TrainingOutcome['reason'] }> {
  const { state: judged, metrics } = await evaluated(before, settling, announce);
  const { maxSteps, saveSteps, signal } = settling;
  const stopped = signal?.aborted ?? false;
  const exhausted = isExhausted(judged.progress, settling);
  // Before the last save: a run that ended has told all its steps, however it is resumed.
  const { state, log } = exhausted ? takeLog(judged) : { state: judged, log: undefined };
  if (log) await announce((callback) => callback.onLog?.(log.step, log.values, log.span));
  const improved = metrics !== undefined && state.progress.best?.step === state.step;
  const ended = state.step >= maxSteps;
  if (stopped || exhausted || improved || ended || state.step % saveSteps === 0) await saver.save(state, metrics);
  if (exhausted) return { state, reason: 'stopped early' };
  if (ended && !(stopped && isDue(state, settling))) return { state, reason: 'finished' };
  return stopped ? { state, reason: 'interrupted' } : { state };
}
