import { callable, checkOptions, listOf, needed, unchecked, whole } from '@cloze/checks';
import { duration } from '@cloze/trainer';

/** How far a sweep is. */
export interface SweepProgress<Spec> {
  /** A run is done. @returns what to show: how many are, how many a minute, and the time that is left */
  done(spec: Spec): string;
  /** A run will not be done: it failed, or its arm was stopped. */
  gone(spec: Spec): void;
}

/** What a sweep has before it. */
export interface SweepProgressOptions<Spec> {
  /** Runs that were done before. */
  readonly finished: number;
  /** Runs that are to be done. */
  readonly open: readonly Spec[];
  /** What a run costs, in any unit. */
  readonly cost: (spec: Spec) => number;
  /** Seconds of a clock that only goes forward. */
  readonly now: () => number;
}

/**
 * Counts runs and what they cost, so that the time left is that of the costs that are left, at the rate of those that were met since it began.
 */
export function sweepProgress<Spec>(options: SweepProgressOptions<Spec>): SweepProgress<Spec> {
  checkOptions('sweepProgress', options, {
    finished: needed(whole(0)),
    open: needed(listOf(unchecked)),
    cost: needed(callable),
    now: needed(callable),
  });
  const { finished, open, cost, now } = options;
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
      const remaining = finished + count >= total ? '' : `, ${duration((Math.max(left, 0) / met) * seconds)} left`;
      return `[${finished + count}/${total}] ${rate.toFixed(rate < 10 ? 1 : 0)} runs a minute${remaining}`;
    },
    gone: (spec) => {
      left -= cost(spec);
    },
  };
}
