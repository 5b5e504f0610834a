import type { StepRecord } from './take-steps.ts';

/** How a run ended. */
export interface TrainingOutcome {
  /** `interrupted`: the signal was raised; the state was saved, and the same call goes on from there. */
  readonly reason: 'finished' | 'stopped early' | 'interrupted';
  /** Updates done. */
  readonly step: number;
  /** What their batches said they hold, by all processes of a resumed run. */
  readonly tokens: number;
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

/** Told what happens in a run, in the order of this list; promises are awaited. Names as in Hugging Face's trainer. */
export interface TrainingCallback {
  onTrainBegin?(run: { readonly firstStep: number; readonly maxSteps: number }): unknown;
  /** After every update. */
  onStepEnd?(record: StepRecord): unknown;
  onSpike?(spike: Spike): unknown;
  /** Every `loggingSteps`: means of loss and metrics since the last time; `tokens` is their sum since the start. */
  onLog?(step: number, values: Readonly<Record<string, number>>): unknown;
  onEvaluate?(step: number, metrics: Readonly<Record<string, number>>): unknown;
  onSave?(step: number, checkpoint: string): unknown;
  onTrainEnd?(outcome: TrainingOutcome): unknown;
}
