/** Running mean and mean absolute deviation; plain numbers, so that a resume goes on with them. */
export interface SpikeState {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
}

/** Nothing seen yet. */
export const initialSpikeState: SpikeState = { count: 0, mean: 0, deviation: 0 };

/**
 * Whether a value stands out: above the running mean by more than `factor` mean absolute deviations.
 *
 * Mean and deviation follow with weight 1/min(count, 50); nothing stands out among the first 20. What stands out enters the
 * mean cut to the bound, so that one spike does not hide the next.
 *
 * @param factor default 6
 */
export function watchSpike(state: SpikeState, value: number, factor = 6): { state: SpikeState; spike: boolean } {
  if (!Number.isFinite(value)) return { state, spike: true };
  const count = state.count + 1;
  // The floor keeps a nearly constant series from calling rounding a spike.
  const bound = state.mean + factor * Math.max(state.deviation, 0.01 * Math.abs(state.mean));
  const spike = count > 20 && value > bound;
  const weight = 1 / Math.min(count, 50);
  const taken = spike ? bound : value;
  const mean = state.mean + weight * (taken - state.mean);
  const deviation = count === 1 ? 0 : state.deviation + weight * (Math.abs(taken - mean) - state.deviation);
  return { state: { count, mean, deviation }, spike };
}
