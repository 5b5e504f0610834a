import type { RunSpec } from './run-spec.ts';

/** A run that is this scheduler's alone until it gives it back. */
export interface Job {
  readonly spec: RunSpec;
  readonly folder: string;
  /** Gives the run back, finished or not. */
  release(): Promise<void>;
}

/** Where runs come from. The folder queue is one; a BullMQ worker's `getNextJob` and `moveToCompleted` would be another. */
export interface RunQueue {
  /** The next run that nobody works on and that is not finished; undefined when there is none. */
  take(): Promise<Job | undefined>;
  /** Runs met so far that were finished already, that another scheduler has, and that were not looked at yet. */
  counts(): { readonly finished: number; readonly taken: number; readonly waiting: number };
}
