import type { ScheduleType } from '@cloze/trainer';

/** Optimisers by name; their other settings are those of the run. */
export const optimiserNames = ['adamw', 'stable_adamw', 'lamb', 'adafactor', 'muon', 'sgd'] as const;

/** An optimiser by name. */
export type OptimiserName = (typeof optimiserNames)[number];

/** How weights are updated, in fine-tuning and in pretraining; names as in Hugging Face's trainer. */
export interface UpdateSettings {
  /** Rows of an update, default 32. */
  readonly batchSize?: number;
  /** Parts an update's rows are cut into, so that they fit in memory; default 1. */
  readonly gradientAccumulationSteps?: number;
  /** The highest rate; default 5e-5 in fine-tuning, in pretraining 1e-3 for fresh weights and 1e-4 going on. */
  readonly learningRate?: number;
  /** Default `linear`. */
  readonly lrSchedulerType?: ScheduleType;
  /** Share of the steps in which the rate rises; default 0.1 in fine-tuning, 0.06 in pretraining. */
  readonly warmupRatio?: number;
  /** Share of the steps at the end in which the rate falls, by `1 − √s`, with `warmup_stable_decay` alone; 0 < share ≤ 1, default 0.2. */
  readonly decayRatio?: number;
  /** Default 0.01; biases and norms do not decay. */
  readonly weightDecay?: number;
  /** Most that all gradients together may measure, default 1; 0 does not clip. */
  readonly maxGradNorm?: number;
  /** Default `adamw`. */
  readonly optimiser?: OptimiserName;
  /** Dropout on states, embeddings, attention and before a task's head; default the model's own, 0.1 for fresh weights. */
  readonly dropout?: number;
  /** Of matrix products, default `float32`; `bfloat16` is faster only on processors that have it. */
  readonly precision?: 'float32' | 'bfloat16';
  /** What a loss that is no number does; default `stop`. */
  readonly nonFinite?: 'stop' | 'skip';
}

/** What is wrong with how the rate falls: a share out of range, or one that nothing reads. */
export function decayProblems({ decayRatio, lrSchedulerType }: UpdateSettings): string[] {
  if (decayRatio === undefined) return [];
  if (!(decayRatio > 0 && decayRatio <= 1)) return [`decayRatio must be above 0 and at most 1, got ${decayRatio}`];
  return lrSchedulerType === 'warmup_stable_decay'
    ? []
    : [`decayRatio is for lrSchedulerType 'warmup_stable_decay', not for '${lrSchedulerType ?? 'linear'}'`];
}
