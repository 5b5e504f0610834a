import type { StepRecord } from './take-steps.ts';

/** How a run ended. */
export interface TrainingOutcome {
  /** `interrupted`: the signal was raised; the state was saved, and the same call goes on from there. */
  readonly reason: 'finished' | 'stopped early' | 'interrupted';
  /** Updates done. */
  readonly step: number;
  /** What their batches said they hold, by all processes of a resumed run. */
  readonly tokens: number;
  /** Updates that were withheld because loss or gradient norm was no finite number, by all processes; only with `nonFinite: 'skip'`. */
  readonly skipped: number;
  /** The best value of `metricForBestModel` and its step. */
  readonly best?: { readonly step: number; readonly value: number } | undefined;
}

/** A value far above what was usual. */
export interface Spike {
  readonly step: number;
  readonly name: 'loss' | 'gradNorm';
  readonly value: number;
  /** The running mean before it. */
  readonly usual: number;
}

/** Which updates a log tells of: from this one to the log's own. */
export interface LogSpan {
  readonly firstStep: number;
}

/** Told what happens in a run, in the order of this list; promises are awaited. Names as in Hugging Face's trainer. */
export interface TrainingCallback {
  /** Its failure ends the run: for a log that is part of what is kept. Default false: it is told to `warn`, and training goes on. */
  readonly required?: boolean;
  onTrainBegin?(run: { readonly firstStep: number; readonly maxSteps: number }): unknown;
  /** After every update. */
  onStepEnd?(record: StepRecord): unknown;
  onSpike?(spike: Spike): unknown;
  /**
   * Every `loggingSteps`, and at the run's last step: means of loss and metrics over the updates since the last time, but for `skipped` ones,
   * which are counted; `tokens` is their sum since the start.
   */
  onLog?(step: number, values: Readonly<Record<string, number>>, span: LogSpan): unknown;
  onEvaluate?(step: number, metrics: Readonly<Record<string, number>>): unknown;
  onSave?(step: number, checkpoint: string): unknown;
  onTrainEnd?(outcome: TrainingOutcome): unknown;
}
