export { findLibtensorflow, installLibtensorflow, mpiReplicas, tfjsEngine, thisMachine } from '#machine';
export { type Compiled, compile, type Traced } from './compile/compile.ts';
export {
  type CheckpointTensors,
  createVariables,
  type RestoreOptions,
  type Variables,
} from './compile/create-variables.ts';
export { evaluate } from './compile/evaluate.ts';
export { type Diagnosis, diagnose } from './engines/diagnose.ts';
export { type Engine, type EngineName, engineNames, type Placement } from './engines/engine.ts';
export { type OnnxEngineOptions, onnxEngine } from './engines/onnx-engine.ts';
export { referenceEngine } from './engines/reference-engine.ts';
export { type Selection, type SelectOptions, selectEngine } from './engines/select-engine.ts';
export type { TfjsEngineOptions } from './engines/tfjs-engine.ts';
export { BackendError } from './errors.ts';
export { type ExportSetting, exportGraph } from './export/export-graph.ts';
export { rowsInRuns } from './export/rows-in-runs.ts';
export { toFloat16 } from './export/to-float16.ts';
export { toInt8 } from './export/to-int8.ts';
export type { AdamOperands } from './expression/adam-operands.ts';
export { gradients } from './expression/gradients.ts';
export {
  bools,
  type DType,
  floats,
  type HostTensor,
  hostArrays,
  ints,
  isHostTensor,
  type Leaf,
  sizeOf,
  type TensorSpec,
} from './expression/host-tensors.ts';
export { narrowFloats, type StoredFloat } from './expression/narrow-floats.ts';
export { substitute } from './expression/substitute.ts';
export { isTensor, type Tensor } from './expression/tensor.ts';
export { flattenTree, type LeafKind, type LeafOf, type MapTree, mapTree } from './expression/tree.ts';
export type { FindOptions, Found, Surroundings } from './install/find-libtensorflow.ts';
export type { Installation, InstallOptions } from './install/install-libtensorflow.ts';
export type { OperationTime } from './libtensorflow/read-step-stats.ts';
export { type AdamOptions, adamStep } from './nn/adam.ts';
export { entropyFromLogits, klFromLogits, sparseCrossEntropy } from './nn/cross-entropy.ts';
export { dropout } from './nn/dropout.ts';
export { gelu } from './nn/gelu.ts';
export { mergeHeads, splitHeads } from './nn/heads.ts';
export { jsFromLogits } from './nn/jensen-shannon.ts';
export { layerNorm, type NormParameters } from './nn/layer-norm.ts';
export { type LinearParameters, linear } from './nn/linear.ts';
export { rmsNorm } from './nn/rms-norm.ts';
export { visibleSoftmax } from './nn/visible-softmax.ts';
export { type OnnxFile, type OnnxFileOptions, onnxFiles } from './onnx/onnx-files.ts';
export { encodeOnnx, type OnnxGraph, opset } from './onnx/onnx-model.ts';
export { type Bounded, bounded } from './operations/bounded.ts';
export {
  abs,
  add,
  cast,
  divide,
  equal,
  erf,
  exp,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  multiply,
  negate,
  type Operand,
  relu,
  rsqrt,
  sigmoid,
  sign,
  softplus,
  sqrt,
  square,
  stopGradient,
  subtract,
  tanh,
  where,
} from './operations/elementwise.ts';
export { type GatherOptions, gatherRows, segmentSum } from './operations/gather.ts';
export { constant, fill, fillLike } from './operations/leaves.ts';
export { type MatmulOptions, matmul } from './operations/matmul.ts';
export { forkKey, type Key, randomNormal, randomUniform, rootKey } from './operations/random.ts';
export { recompute } from './operations/recompute.ts';
export { argMax, max, mean } from './operations/reductions.ts';
export { concat, pad, reshape, slice, transpose } from './operations/shape.ts';
export { logSoftmax, softmax } from './operations/softmax.ts';
export { broadcastTo, type ReduceOptions, sum } from './operations/sum-and-broadcast.ts';
export type { MpiOptions, MpiReplicas } from './replicas/mpi-replicas.ts';
export { startedByMpi } from './replicas/started-by-mpi.ts';
