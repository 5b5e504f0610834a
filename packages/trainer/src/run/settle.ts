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
  readonly metricForBestModel: string;
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
  const { evaluate, metricForBestModel, signal } = settling;
  if (!evaluate || !isDue(state, settling)) return { state };
  const metrics = await evaluate(state.step, signal);
  // Cut short: the state says so, and the resumed run evaluates again before its next step.
  if (signal?.aborted) return { state };
  const progress = judgeEvaluation(state.progress, state.step, metrics[metricForBestModel] ?? Number.NaN, settling);
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
  const { state, metrics } = await evaluated(before, settling, announce);
  const { maxSteps, saveSteps, signal } = settling;
  const stopped = signal?.aborted ?? false;
  const exhausted = isExhausted(state.progress, settling);
  const improved = metrics !== undefined && state.progress.best?.step === state.step;
  const ended = state.step >= maxSteps;
  if (stopped || exhausted || improved || ended || state.step % saveSteps === 0) await saver.save(state, metrics);
  if (exhausted) return { state, reason: 'stopped early' };
  if (ended && !(stopped && isDue(state, settling))) return { state, reason: 'finished' };
  return stopped ? { state, reason: 'interrupted' } : { state };
}
