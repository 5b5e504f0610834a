/** A run and where its record goes. What it is told decides what it computes, and its hash is its name. */
export interface PlannedRun<Spec> {
  readonly spec: Spec;
  readonly folder: string;
}

/** How a run ended. */
export type RunEnd =
  | { readonly kind: 'finished' }
  /** It was told to stop, and has saved itself. */
  | { readonly kind: 'interrupted' }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** The operating system's, where it was that: a full disk is no fault of the run. */
      readonly code?: string | undefined;
    };

/** Does a run in its folder until it ends, or until the signal stops it. */
export type DoRun<Spec> = (run: PlannedRun<Spec>, signal: AbortSignal) => Promise<RunEnd>;

/** A run that is this scheduler's alone until it gives it back. */
export interface TakenRun<Spec> extends PlannedRun<Spec> {
  /** Gives the run back, finished or not. */
  release(): Promise<void>;
}

/** A run that was not given out though it is not finished: another scheduler has it, or it cannot be taken. */
export interface RefusedRun {
  readonly folder: string;
  readonly reason: string;
}

/** Where the runs of one machine come from. Those of several machines come from a queue in Redis (`work`). */
export interface RunQueue<Spec> {
  /** The next run that nobody works on and that is not finished; undefined when there is none. */
  take(): Promise<TakenRun<Spec> | undefined>;
  /** Runs met so far that were not given out and are still not finished: nobody may take a plan for done because of them. */
  refused(): readonly RefusedRun[];
}
