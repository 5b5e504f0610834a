import type { ScheduleType } from '@cloze/trainer';

/** An optimiser by name; its other settings are those of the run. */
export type OptimiserName = 'adamw' | 'lamb' | 'adafactor' | 'sgd';

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
