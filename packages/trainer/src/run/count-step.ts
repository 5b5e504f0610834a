import type { StepRecord } from './take-steps.ts';
import type { LogSpan, Spike } from './training-callback.ts';
import type { TrainingState } from './training-state.ts';
import { watchSpike } from './watch-spike.ts';

/** What is told of the steps since the last log. */
export interface Log {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
  readonly span: LogSpan;
}

function counted(state: TrainingState, record: StepRecord): TrainingState {
  const { step, loss, tokens, metrics, updated } = record;
  const { window } = state;
  const next = { ...state, step, tokens: state.tokens + tokens };
  if (!updated)
    return {
      ...next,
      skipped: state.skipped + 1,
      skippedInAll: state.skippedInAll + 1,
      window: { ...window, skipped: window.skipped + 1 },
    };
  const sums: Record<string, number> = { ...window.sums };
  for (const [name, value] of Object.entries({ loss, ...metrics })) sums[name] = (sums[name] ?? 0) + value;
  return { ...next, skipped: 0, window: { ...window, steps: window.steps + 1, sums } };
}

/** The means since the last log, and the state in which they are told; no log where no step was made since. */
export function takeLog(state: TrainingState): { readonly state: TrainingState; readonly log: Log | undefined } {
  const { step, tokens, window } = state;
  if (step <= window.after) return { state, log: undefined };
  const means = Object.entries(window.sums).map(([name, value]) => [name, value / window.steps]);
  return {
    state: { ...state, window: { after: step, steps: 0, skipped: 0, sums: {} } },
    log: {
      step,
      values: { ...Object.fromEntries(means), tokens, ...(window.skipped > 0 && { skipped: window.skipped }) },
      span: { firstStep: window.after + 1 },
    },
  };
}

/** What a step adds to the state of a run: sums, spikes, and every `loggingSteps`, and at the last step, the means since the last log. */
export function countStep(
  before: TrainingState,
  record: StepRecord,
  {
    loggingSteps,
    maxSteps,
    spikeFactor,
  }: { readonly loggingSteps: number; readonly maxSteps: number; readonly spikeFactor: number },
): { readonly state: TrainingState; readonly spikes: readonly Spike[]; readonly log: Log | undefined } {
  let state = counted(before, record);
  const spikes: Spike[] = [];
  for (const name of ['loss', 'gradNorm'] as const) {
    const value = name === 'loss' ? record.loss : record.metrics.gradNorm;
    if (value === undefined) continue;
    const usual = state.spikes[name].mean;
    const watched = watchSpike(state.spikes[name], value, spikeFactor);
    state = { ...state, spikes: { ...state.spikes, [name]: watched.state } };
    if (watched.spike) spikes.push({ step: record.step, name, value, usual });
  }
  const due = record.step % loggingSteps === 0 || record.step >= maxSteps;
  return { ...(due ? takeLog(state) : { state, log: undefined }), spikes };
}
