import type { StepRecord } from './take-steps.ts';
import type { Spike } from './training-callback.ts';
import type { TrainingState } from './training-state.ts';
import { watchSpike } from './watch-spike.ts';

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

/** What a step adds to the state of a run: sums, spikes, and every `loggingSteps` the means since the last log. */
export function countStep(
  before: TrainingState,
  record: StepRecord,
  { loggingSteps, spikeFactor }: { readonly loggingSteps: number; readonly spikeFactor: number },
): {
  readonly state: TrainingState;
  readonly spikes: readonly Spike[];
  readonly log: Readonly<Record<string, number>> | undefined;
} {
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
  const { steps, sums } = state.window;
  if (record.step % loggingSteps !== 0 || steps === 0) return { state, spikes, log: undefined };
  const means = Object.fromEntries(Object.entries(sums).map(([name, value]) => [name, value / steps]));
  return {
    state: { ...state, window: { steps: 0, sums: {} } },
    spikes,
    log: { ...means, tokens: state.tokens },
  };
}
