import { CheckpointError } from '../checkpoints/checkpoint-error.ts';
import { exactJson } from '../checkpoints/exact-json.ts';
import type { Progress } from './early-stopping.ts';
import { initialSpikeState, type SpikeState } from './watch-spike.ts';

/** Everything a resume needs besides the tensors: plain JSON, exact because JSON keeps every double. */
export interface TrainingState {
  readonly step: number;
  /** Sums since the log after step `after`; `steps` updates are in them, `skipped` ones are not. */
  readonly window: {
    readonly after: number;
    readonly steps: number;
    readonly skipped: number;
    readonly sums: Readonly<Record<string, number>>;
  };
  /** Real tokens since the start. */
  readonly tokens: number;
  readonly progress: Progress;
  readonly spikes: { readonly loss: SpikeState; readonly gradNorm: SpikeState };
  /** The step last evaluated. */
  readonly evaluated: number;
  /** Updates skipped in a row because the loss was no number. */
  readonly skipped: number;
  /** Updates skipped since the start. */
  readonly skippedInAll: number;
  /** What the caller named as the run's settings. */
  readonly configuration: unknown;
}

export const initialTrainingState = (configuration: unknown): TrainingState => ({
  step: 0,
  window: { after: 0, steps: 0, skipped: 0, sums: {} },
  tokens: 0,
  progress: { stale: 0 },
  spikes: { loss: initialSpikeState, gradNorm: initialSpikeState },
  evaluated: 0,
  skipped: 0,
  skippedInAll: 0,
  configuration,
});

/** A state of before skipped updates were counted, with the counts. */
const withCounts = (state: TrainingState): TrainingState => ({
  ...state,
  skippedInAll: state.skippedInAll ?? state.skipped,
  window: {
    ...state.window,
    after: state.window.after ?? state.step - state.window.steps,
    skipped: state.window.skipped ?? 0,
  },
});

/** The state of a checkpoint. @throws {CheckpointError} naming every setting that differs from the run's */
export function resumedState(stored: unknown, configuration: unknown): TrainingState {
  const state = withCounts(stored as TrainingState);
  const [ours, theirs] = [configuration, state.configuration].map((value) =>
    typeof value === 'object' && value !== null ? { ...value } : { configuration: value },
  ) as [Record<string, unknown>, Record<string, unknown>];
  const differing = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].filter(
    (key) => exactJson(ours[key]) !== exactJson(theirs[key]),
  );
  if (differing.length > 0) {
    const list = differing.map((key) => `${key} is ${exactJson(ours[key])}, was ${exactJson(theirs[key])}`);
    throw new CheckpointError(
      `runTraining: the checkpoint was made with other settings: ${list.join('; ')}. Use the same, or a fresh folder.`,
    );
  }
  return state;
}
