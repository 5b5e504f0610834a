import type { DType, HostTensor, TensorSpec } from '../expression/host-tensors.ts';
import type { OpSink, TfGraph, TfOutput, TfSession } from '../libtensorflow/types.ts';

/** Variables that live in a graph, by their paths. */
export interface GraphVariables {
  /** Replaces values from JavaScript's memory. */
  write(values: ReadonlyMap<string, HostTensor>): void;
  /** Copies values into JavaScript's memory. */
  read(paths: readonly string[]): HostTensor[];
  /** Frees some of them, which nothing may use any more. */
  free(paths: readonly string[]): void;
  /** The resource that kernels working in place take. */
  handle(path: string): TfOutput;
  /** Records a reading of its own for one prepared call. */
  recordRead(path: string): TfOutput;
  /** Records an assignment that waits for `after`. */
  recordAssign(path: string, value: TfOutput, after: readonly TfOutput[]): TfOutput;
}

interface Stored {
  readonly dtype: DType;
  readonly handle: TfOutput;
  /** Value now, for reading from outside. */
  readonly value: TfOutput;
  /** Placeholder of a value from outside, and its assignment. */
  readonly fed: TfOutput;
  readonly assign: TfOutput;
}

const first = (outputs: readonly TfOutput[]): TfOutput => outputs[0] as TfOutput;

/** Values in parts of at most 64 MB: what is fed is copied, and a large model must not stand in memory twice more. */
function partsOf(values: readonly [string, HostTensor][]): [string, HostTensor][][] {
  const parts: [string, HostTensor][][] = [];
  let room = 0;
  for (const entry of values) {
    const bytes = entry[1].values.byteLength;
    if (bytes > room) {
      parts.push([]);
      room = 1 << 26;
    }
    (parts.at(-1) as [string, HostTensor][]).push(entry);
    room -= bytes;
  }
  return parts;
}

/** Records variables without values yet; `write` gives them some. */
export function graphVariables(
  graph: TfGraph,
  sink: OpSink,
  session: TfSession,
  specs: ReadonlyMap<string, TensorSpec>,
): GraphVariables {
  const recordReadOf = (handle: TfOutput, dtype: DType) =>
    first(sink.op('ReadVariableOp', [handle], { dtype: { type: dtype } }));
  const stored = new Map<string, Stored>();
  const variable = (path: string) => stored.get(path) as Stored;
  for (const [path, { shape, dtype }] of specs) {
    const handle = first(
      sink.op('VarHandleOp', [], { dtype: { type: dtype }, shape: { shape }, shared_name: { string: path } }),
    );
    const fed = graph.placeholder(`initial/${stored.size}`, dtype, shape);
    stored.set(path, {
      dtype,
      handle,
      fed,
      value: recordReadOf(handle, dtype),
      assign: first(sink.op('AssignVariableOp', [handle, fed], { dtype: { type: dtype } })),
    });
  }
  return {
    write: (values) => {
      for (const part of partsOf([...values])) {
        session.run(
          part.map(([path, value]) => ({ output: variable(path).fed, value })),
          [],
          part.map(([path]) => variable(path).assign),
        );
      }
    },
    read: (paths) =>
      session.run(
        [],
        paths.map((path) => variable(path).value),
        [],
      ),
    free: (paths) => {
      const freed = paths.map((path) => first(sink.op('DestroyResourceOp', [variable(path).handle])));
      if (freed.length > 0) session.run([], [], freed);
    },
    handle: (path) => variable(path).handle,
    recordRead: (path) => recordReadOf(variable(path).handle, variable(path).dtype),
    recordAssign: (path, value, after) => {
      const { handle, dtype } = variable(path);
      return first(sink.op('AssignVariableOp', [handle, value], { dtype: { type: dtype } }, { control: after }));
    },
  };
}
