import type { RunSpec } from './run-spec.ts';

/** A run and where its record goes. */
export interface PlannedRun {
  readonly spec: RunSpec;
  readonly folder: string;
}

/** A run that is this scheduler's alone until it gives it back. */
export interface Job extends PlannedRun {
  /** Gives the run back, finished or not. */
  release(): Promise<void>;
}

/** A run that was not given out though it is not finished: another scheduler has it, or it cannot be taken. */
export interface Refused {
  readonly folder: string;
  readonly reason: string;
}

/** Where the runs of one machine come from. Those of several machines come from a queue in Redis (`sweeps/`). */
export interface RunQueue {
  /** The next run that nobody works on and that is not finished; undefined when there is none. */
  take(): Promise<Job | undefined>;
  /** Runs met so far that were not given out and are still not finished: nobody may take a plan for done because of them. */
  refused(): readonly Refused[];
}
