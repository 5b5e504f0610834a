import type { HostTensor } from '../expression/host-tensors.ts';
import type { PrimitiveName } from '../expression/primitives.ts';
import type { Tensor } from '../expression/tensor.ts';
import type { OperationTime } from '../libtensorflow/read-step-stats.ts';

/** Engines that are tried where none is named, best first. */
export const triedEngines = [
  'tensorflow-gpu',
  'tensorflow',
  'onnx',
  'tfjs-node-gpu',
  'tfjs-node',
  'reference',
] as const;

/** Names of engines: those that are tried where none is named, best first, and after them ONNX Runtime's providers, which must be named. */
export const engineNames = [...triedEngines, 'onnx:webgpu', 'onnx:cuda', 'onnx:dml', 'onnx:coreml'] as const;

/** One of `engineNames`. */
export type EngineName = (typeof engineNames)[number];

/** What was traced of one function: where values enter, what comes out, what is written back. @internal */
export interface Trace {
  readonly inputs: readonly (readonly [string, Tensor])[];
  readonly outputs: readonly Tensor[];
  readonly updates: readonly (readonly [string, Tensor])[];
  /** Written only where the condition, a bool scalar, holds. */
  readonly guarded?: { readonly condition: Tensor; readonly updates: readonly (readonly [string, Tensor])[] };
}

/**
 * Where and how a program runs; never part of a model. It is an argument of `createVariables` and holds for every function compiled over
 * those variables. An engine honours what is asked for or refuses it by name: libtensorflow knows everything, ONNX Runtime threads and
 * `onRun`, the others nothing.
 */
export interface Placement {
  /** TensorFlow device of all its nodes, such as `/job:worker/task:1` or `/gpu:0`; default: the engine decides. */
  readonly device?: string;
  /** Threads inside one operation, default all cores. */
  readonly intraOpThreads?: number;
  /** Operations side by side, default all cores. */
  readonly interOpThreads?: number;
  /**
   * Let XLA compile the elementwise stretches between products into one loop each (layer norm, GELU, softmax, dropout, cross-entropy).
   * A step of two layers takes about nine tenths of its time then; the first call with a set of shapes takes one to two seconds longer.
   * Default: stretches over 65,536 elements in functions that update variables, on processors of this process; never on GPUs, with `device`
   * or `xla`. `true` compiles every stretch of every function.
   */
  readonly fuse?: boolean;
  /**
   * Precision of the operands and results of matrix products, default `float32`. `bfloat16` keeps 8 bits of a number's 24:
   * operands are rounded to the nearest (2⁻⁹ relative), results as the processor does it (to the nearest, or towards zero: 2⁻⁸); sums inside
   * a product, everything between products, parameters and optimiser stay float32. Fast only where the processor has bfloat16 products
   * (AVX512-BF16, AMX; GPUs), slower elsewhere; compiled functions only.
   */
  readonly matmulPrecision?: 'float32' | 'bfloat16';
  /** Let XLA compile the whole graph, default false. */
  readonly xla?: boolean;
  /** Processor devices, `/cpu:0`, `/cpu:1`, …, default 1: more let a placement be tried on one machine. */
  readonly cpuDevices?: number;
  /** Called after every run with what each operation cost; a run that is watched is slower, much slower on ONNX Runtime. */
  readonly onRun?: (times: readonly OperationTime[]) => void;
}

/** One set of variables and the functions prepared over it. @internal */
export interface Program {
  /** Whether the engine has a primitive. */
  has(name: PrimitiveName): boolean;
  write(values: ReadonlyMap<string, HostTensor>): void;
  read(paths: readonly string[]): HostTensor[];
  /** Frees some variables, which nothing may use any more. */
  free(paths: readonly string[]): void;
  prepare(trace: Trace): (feeds: ReadonlyMap<string, HostTensor>) => Promise<HostTensor[]>;
  dispose(): void;
}

/** Something that can run expressions. */
export interface Engine {
  readonly name: EngineName;
  readonly version: string;
  /** Where it came from: the folder of libtensorflow, or the npm package. */
  readonly origin: string;
  /** What it computes on, as the engine names it: `/job:localhost/replica:0/task:0/device:CPU:0`, `cpu: ONNX Runtime`. */
  readonly devices: readonly string[];
  /** Runs an expression operation by operation, nothing compiled. @internal */
  run(outputs: readonly Tensor[]): HostTensor[];
  /** @internal */
  createProgram(variables: ReadonlyMap<string, HostTensor>, placement: Placement): Program;
  /** Values now held outside JavaScript's heap: must not grow between steps. */
  liveHandles(): number;
  dispose(): void;
}
