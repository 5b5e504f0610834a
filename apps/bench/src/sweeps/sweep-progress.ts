import type { RunSpec } from '../runs/run-spec.ts';

const time = (seconds: number) =>
  seconds < 90
    ? `${seconds.toFixed(0)} s`
    : seconds < 5400
      ? `${(seconds / 60).toFixed(0)} min`
      : seconds < 172_800
        ? `${(seconds / 3600).toFixed(1)} h`
        : `${(seconds / 86_400).toFixed(1)} days`;

/** How far a sweep is. */
export interface SweepProgress {
  /** A run is done. @returns what to show: how many are, how many a minute, and the time that is left */
  done(spec: RunSpec): string;
  /** A run will not be done: it failed, or its arm was stopped. */
  gone(spec: RunSpec): void;
}

/**
 * Counts runs and what they cost, so that the time left is that of the costs that are left, at the rate of those that were met since it began.
 *
 * @param finished runs that were done before @param now seconds
 */
export function sweepProgress(
  {
    finished,
    open,
    cost,
  }: { readonly finished: number; readonly open: readonly RunSpec[]; readonly cost: (spec: RunSpec) => number },
  now: () => number,
): SweepProgress {
  const total = finished + open.length;
  const began = now();
  let left = open.reduce((sum, spec) => sum + cost(spec), 0);
  let [met, count] = [0, 0];
  return {
    done: (spec) => {
      met += cost(spec);
      left -= cost(spec);
      count++;
      const seconds = Math.max(now() - began, 1e-3);
      const rate = (60 * count) / seconds;
      const remaining = finished + count >= total ? '' : `, ${time((Math.max(left, 0) / met) * seconds)} left`;
      return `[${finished + count}/${total}] ${rate.toFixed(rate < 10 ? 1 : 0)} runs a minute${remaining}`;
    },
    gone: (spec) => {
      left -= cost(spec);
    },
  };
}
