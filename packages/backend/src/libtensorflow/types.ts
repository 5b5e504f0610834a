declare const brand: unique symbol;

/** The TensorFlow element types that the engines use. */
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

/** Values in JavaScript's memory, row by row. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** The value of one attribute of an op. */
export type TfAttribute =
  | { type: TfType }
  | { types: readonly TfType[] }
  | { int: number | bigint }
  | { ints: readonly number[] }
  | { float: number }
  | { bool: boolean }
  | { string: string }
  | { shape: readonly number[] }
  | { tensor: { shape: readonly number[]; dtype: TfType; values: ArrayBufferView } }
  | { func: string };

/** One output of an op: in a graph the operation and an index, eagerly a handle. */
export interface TfOutput {
  readonly [brand]: true;
}

/** Name, device and control inputs of a node. */
export interface TfOpOptions {
  name?: string;
  device?: string;
  control?: readonly TfOutput[];
}

/** Runs or records one TensorFlow op; an element of inputs that is an array is a list input. */
export interface OpSink {
  op(
    name: string,
    inputs: readonly (TfOutput | readonly TfOutput[])[],
    attributes?: Record<string, TfAttribute>,
    options?: TfOpOptions,
  ): TfOutput[];
  constant(shape: readonly number[], dtype: TfType, values: ArrayBufferView): TfOutput;
}

/** A function that graphs can call by its name. */
export interface TfFunction {
  readonly name: string;
  dispose(): void;
}

/** A TF_Graph under construction. */
export interface TfGraph extends OpSink {
  placeholder(name: string, dtype: TfType, shape: readonly number[]): TfOutput;
  /** Inferred shape; -1 for an unknown axis. @throws when even the rank is unknown */
  shapeOf(o: TfOutput): number[];
  toFunction(name: string, inputs: readonly TfOutput[], outputs: readonly TfOutput[]): TfFunction;
  addFunction(f: TfFunction): void;
  nodeCount(): number;
  dispose(): void;
}

/** A value for a placeholder (or any other output) of the graph. */
export interface TfFeed {
  output: TfOutput;
  value: HostTensor;
}

/** A TF_Session: runs parts of its graph, and keeps its variables between runs. */
export interface TfSession {
  run(feeds: readonly TfFeed[], fetches: readonly TfOutput[], targets: readonly TfOutput[]): HostTensor[];
  runAsync(feeds: readonly TfFeed[], fetches: readonly TfOutput[], targets: readonly TfOutput[]): Promise<HostTensor[]>;
  /** Frees the session, after the runs under way. */
  dispose(): void;
}

/** A TFE context: every op runs at once. */
export interface TfEager extends OpSink {
  fromHost(v: HostTensor): TfOutput;
  toHost(o: TfOutput): HostTensor;
  release(o: TfOutput): void;
  devices(): string[];
  liveHandles(): number;
  dispose(): void;
}

/** How a session runs; encoded as a ConfigProto. */
export interface SessionConfig {
  /** Threads inside one op; the first session or eager context of the process decides. Default: all cores. */
  intraOpThreads?: number;
  /** Ops at the same time. Default: all cores. */
  interOpThreads?: number;
  /** Let XLA cluster the whole graph. Default false. */
  xla?: boolean;
  /** A server such as `grpc://host:port`. Default: this process. */
  target?: string;
  /** Switch TensorFlow's graph optimiser off. Default false. */
  rewriterOff?: boolean;
}

/** The processes of a distributed runtime and which of them this one is. */
export interface ServerConfig {
  /** Addresses `host:port` by job; the position is the task number. */
  cluster: Readonly<Record<string, readonly string[]>>;
  job: string;
  task: number;
}

/** A gRPC server of this process; it ends with the process. */
export interface TfServer {
  readonly target: string;
  stop(): void;
}

/** An opened libtensorflow. */
export interface TensorflowLibrary {
  readonly version: string;
  newGraph(): TfGraph;
  newSession(graph: TfGraph, config?: SessionConfig): TfSession;
  newEager(): TfEager;
  /** Registered kernels as `Op:DEVICE`, sorted. */
  allKernels?(): string[];
  /** Starts TensorFlow's own gRPC server in this process. */
  newServer(config: ServerConfig): TfServer;
}
