export {
  type Accumulated,
  accumulate,
  accumulatedGradients,
  initialAccumulated,
} from './averaging/accumulate.ts';
export { averageCheckpoints } from './averaging/average-checkpoints.ts';
export { averageDecay, movingAverage } from './averaging/moving-average.ts';
export { CheckpointError } from './checkpoints/checkpoint-error.ts';
export type { Files, TensorCodec } from './checkpoints/files.ts';
export { type CheckpointOptions, type Checkpoints, openCheckpoints } from './checkpoints/open-checkpoints.ts';
export type { Checkpoint } from './checkpoints/read-checkpoint.ts';
export { bestOf, type Kept, type Retention, retained } from './checkpoints/retained.ts';
export type { CheckpointContent } from './checkpoints/write-checkpoint.ts';
export { clipByGlobalNorm, globalNorm } from './clip-by-global-norm.ts';
export { batchByLength, type LengthBatch } from './data/batch-by-length.ts';
export { type Drawn, type MixedCorpus, type Mixture, mixCorpora } from './data/mix-corpora.ts';
export { type Packable, type PackedRows, packLengths, packSequences } from './data/pack-sequences.ts';
export { prefetch } from './data/prefetch.ts';
export type { RandomStream } from './data/random-stream.ts';
export { shuffleStream } from './data/shuffle-stream.ts';
export { checkExamples, type Example, ExampleError, type ExampleLimits } from './numbers/check-examples.ts';
export { areFinite, keepUnlessFinite } from './numbers/keep-unless-finite.ts';
export {
  type AdafactorOptions,
  type AdafactorState,
  type AdafactorStep,
  adafactor,
  adafactorStep,
  initialAdafactor,
  relativeRate,
} from './optimisers/adafactor.ts';
export {
  type AdamWOptions,
  type AdamWState,
  type AdamWStep,
  adamW,
  adamWStep,
  initialAdamW,
} from './optimisers/adam-w.ts';
export { initialLamb, type LambOptions, type LambState, lamb, lambStep } from './optimisers/lamb.ts';
export type { OptimiserOperands, StateTree } from './optimisers/leaf-by-leaf.ts';
export {
  decaysByDefault,
  type GroupOf,
  layerwiseRates,
  type NamedGroup,
  type ParameterGroup,
  parameterGroups,
} from './optimisers/parameter-groups.ts';
export { initialSgd, type SgdOptions, type SgdState, type SgdStep, sgd, sgdStep } from './optimisers/sgd.ts';
export { type EarlyStopping, isExhausted, judgeEvaluation, type Progress } from './run/early-stopping.ts';
export { runTraining, type TrainingOptions } from './run/run-training.ts';
export type { StopSignal } from './run/stop-signal.ts';
export type { Spike, TrainingCallback, TrainingOutcome } from './run/training-callback.ts';
export type { TrainingState } from './run/training-state.ts';
export { initialSpikeState, type SpikeState, watchSpike } from './run/watch-spike.ts';
export { linearWarmup } from './schedules/linear-warmup.ts';
export { type ScheduleOptions, type ScheduleType, schedule } from './schedules/schedule.ts';
export { LossError, type StepRecord, type StepResult, train } from './train.ts';
export { crc32c, maskedCrc32c } from './watching/crc32c.ts';
export { eventRecord, type TensorBoardEvent } from './watching/event-record.ts';
export { jsonLines, truncateJsonLines } from './watching/json-lines.ts';
export { MlflowError, type MlflowOptions, mlflow } from './watching/mlflow.ts';
export { duration, type ProgressBarOptions, progressBar } from './watching/progress-bar.ts';
export { type TensorBoardOptions, tensorBoard } from './watching/tensor-board.ts';
