export { averageCheckpoints } from './checkpoints/average-checkpoints.ts';
export { CheckpointError } from './checkpoints/checkpoint-error.ts';
export type { Files, TensorCodec } from './checkpoints/files.ts';
export { nonFiniteAt } from './checkpoints/non-finite.ts';
export { type CheckpointOptions, type Checkpoints, openCheckpoints } from './checkpoints/open-checkpoints.ts';
export type { Checkpoint } from './checkpoints/read-checkpoint.ts';
export { bestOf, type Kept, type Retention, retained } from './checkpoints/retained.ts';
export type { CheckpointContent } from './checkpoints/write-checkpoint.ts';
export { checkExamples, type Example, ExampleError, type ExampleLimits } from './numbers/check-examples.ts';
export { type AdafactorOptions, adafactor, relativeRate } from './optimisers/adafactor.ts';
export { type AdamWOptions, adamW } from './optimisers/adam-w.ts';
export { chain } from './optimisers/chain.ts';
export { clip } from './optimisers/clip.ts';
export { type LambOptions, lamb } from './optimisers/lamb.ts';
export type { LayerwiseDecay, LeafSettings, ParameterGroup, PathPattern } from './optimisers/leaf-settings.ts';
export type { Leaves } from './optimisers/leaves.ts';
export { type MuonOptions, muon } from './optimisers/muon.ts';
export { newtonSchulz } from './optimisers/newton-schulz.ts';
export type {
  GradientPart,
  Operands,
  Optimiser,
  OptimiserScalars,
  OptimiserSettings,
  OptimiserState,
  Slots,
} from './optimisers/optimiser.ts';
export { type SgdOptions, sgd } from './optimisers/sgd.ts';
export { stableAdamW } from './optimisers/stable-adam-w.ts';
export { type Joined, type JoinOptions, joinReplicas } from './replicas/join-replicas.ts';
export { localReplicas, ReplicaError, type Replicas } from './replicas/replicas.ts';
export { type EarlyStopping, isExhausted, judgeEvaluation, type Progress } from './run/early-stopping.ts';
export { type LastLosses, lastLosses } from './run/last-losses.ts';
export { runTraining, type TrainingOptions } from './run/run-training.ts';
export type { SavedVariables } from './run/saver.ts';
export type { StopSignal } from './run/stop-signal.ts';
export { LossError, type StepRecord, type StepResult } from './run/take-steps.ts';
export type { Spike, TrainingCallback, TrainingOutcome } from './run/training-callback.ts';
export type { TrainingState } from './run/training-state.ts';
export { initialSpikeState, type SpikeState, watchSpike } from './run/watch-spike.ts';
export {
  type Schedule,
  type ScheduleOptions,
  type ScheduleType,
  schedule,
  scheduleTypes,
} from './schedules/schedule.ts';
export type { Accumulated } from './step/accumulate.ts';
export {
  describeStep,
  type StepInputs,
  type StepOptions,
  type StepState,
  type SummedInputs,
  type TrainingObjective,
  type WriteInputs,
} from './step/describe-step.ts';
export {
  PlaceError,
  type StepOutcome,
  type TrainingStep,
  type TrainingStepOptions,
  trainingStep,
} from './step/training-step.ts';
export { type TrainingTree, type TrainingVariablesOptions, trainingVariables } from './step/training-variables.ts';
export { crc32c, maskedCrc32c } from './watching/crc32c.ts';
export { eventRecord, type TensorBoardEvent } from './watching/event-record.ts';
export { jsonLines, truncateJsonLines } from './watching/json-lines.ts';
export { MlflowError, type MlflowOptions, mlflow } from './watching/mlflow.ts';
export { duration, type ProgressBarOptions, progressBar } from './watching/progress-bar.ts';
export { type TensorBoardOptions, tensorBoard } from './watching/tensor-board.ts';
