import type { RunSpec } from './run-spec.ts';

/** A run that is this scheduler's alone until it gives it back. */
export interface Job {
  readonly spec: RunSpec;
  readonly folder: string;
  /** Gives the run back, finished or not. */
  release(): Promise<void>;
}

/** A run that was not given out though it is not finished: another scheduler has it, or it cannot be taken. */
export interface Refused {
  readonly folder: string;
  readonly reason: string;
}

/** Where runs come from. The folder queue is one; a BullMQ worker's `getNextJob` and `moveToCompleted` would be another. */
export interface RunQueue {
  /** The next run that nobody works on and that is not finished; undefined when there is none. */
  take(): Promise<Job | undefined>;
  /** Runs met so far that were not given out and are still not finished: nobody may take a plan for done because of them. */
  refused(): readonly Refused[];
}
