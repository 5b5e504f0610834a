/** A value of ONNX Runtime. */
export interface OnnxTensor {
  readonly data: unknown;
}

/** A model that is ready to run. */
export interface OnnxSession {
  /** Runs it. @param fetches by name null, or a tensor that the result is written into */
  run(
    feeds: Readonly<Record<string, OnnxTensor>>,
    fetches: Readonly<Record<string, OnnxTensor | null>>,
  ): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
  /** Ends the profiler's file, where there is one. */
  endProfiling(): void;
}

/** What is used of `onnxruntime-node` and `onnxruntime-web`: both give the same. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>;
  };
  readonly Tensor: new (
    type: 'float32' | 'int32' | 'bool',
    data: Float32Array | Int32Array | Uint8Array,
    dims: readonly number[],
  ) => OnnxTensor;
  readonly env: { readonly versions: Readonly<Record<string, string | undefined>> };
}

/** Whether a runtime is `onnxruntime-web`: its results are its own memory's, never written into a tensor that was given; it has no profiler, and one number of threads. */
export const isWeb = ({ env }: OnnxRuntime): boolean => env.versions.web !== undefined;
