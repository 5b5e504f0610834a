import type { HostTensor } from '../expression/host-tensors.ts';
import type { OperationTime } from './read-step-stats.ts';

/** Element types of TensorFlow that this package uses. */
export type TfType =
  | 'float32'
  | 'int32'
  | 'bool'
  | 'int64'
  | 'uint64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'resource'
  | 'float16'
  | 'bfloat16';

/** An attribute of a TensorFlow op, by kind. */
export type TfAttribute =
  | { readonly type: TfType }
  | { readonly types: readonly TfType[] }
  | { readonly int: number | bigint }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly shape: readonly number[] };

/** One output of an op: a place in a graph, or a handle in eager execution. */
export interface TfOutput {
  /** The operation of a graph, or the eager handle. */
  readonly oper: unknown;
  /** Which of the operation's outputs; 0 for a handle. */
  readonly index: number;
}

/** Options of one op. */
export interface TfOpOptions {
  readonly device?: string;
  /** Ops that must have run before, given by any of their outputs. Graphs only. */
  readonly control?: readonly TfOutput[];
}

/** Runs or records one TensorFlow op; an element of `inputs` that is an array is a list input. */
export interface OpSink {
  op(
    name: string,
    inputs: readonly (TfOutput | readonly TfOutput[])[],
    attributes?: Readonly<Record<string, TfAttribute>>,
    options?: TfOpOptions,
  ): TfOutput[];
  constant(shape: readonly number[], dtype: TfType, values: ArrayBufferView): TfOutput;
}

export interface TfGraph extends OpSink {
  /** @internal */
  readonly pointer: unknown;
  placeholder(name: string, dtype: TfType, shape: readonly number[]): TfOutput;
  /** Makes a function of another graph's nodes; an op of that name calls it. */
  define(name: string, body: TfGraph, inputs: readonly TfOutput[], outputs: readonly TfOutput[]): void;
  nodeCount(): number;
  dispose(): void;
}

/** A value for a placeholder. */
export interface Feed {
  readonly output: TfOutput;
  readonly value: HostTensor;
}

export interface TfSession {
  run(feeds: readonly Feed[], fetches: readonly TfOutput[], targets: readonly TfOutput[]): HostTensor[];
  /** The same on another thread: JavaScript goes on. */
  runAsync(feeds: readonly Feed[], fetches: readonly TfOutput[], targets: readonly TfOutput[]): Promise<HostTensor[]>;
  dispose(): void;
}

export interface TfEager extends OpSink {
  fromHost(value: HostTensor): TfOutput;
  toHost(handle: TfOutput): HostTensor;
  release(handle: TfOutput): void;
  devices(): string[];
  liveHandles(): number;
  dispose(): void;
}

/** What a session is told about the machine. */
export interface SessionConfig {
  readonly intraOpThreads?: number;
  readonly interOpThreads?: number;
  readonly xla?: boolean;
  readonly cpuDevices?: number;
  /** Called after each run with what every operation cost; tracing makes runs slower. */
  readonly onRun?: (times: readonly OperationTime[]) => void;
}

export interface TensorflowLibrary {
  readonly version: string;
  newGraph(): TfGraph;
  newSession(graph: TfGraph, config?: SessionConfig): TfSession;
  newEager(): TfEager;
  /** Gives memory that nothing holds back to the system, where the C library keeps it until it is told (glibc). */
  trim(): void;
}
