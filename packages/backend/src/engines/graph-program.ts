import { BackendError } from '../errors.ts';
import type { DType, HostTensor } from '../expression/host-tensors.ts';
import { reachable } from '../expression/reachable.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';
import type { OpSink, TensorflowLibrary, TfOutput } from '../libtensorflow/types.ts';
import { compiledMasks } from '../lowering/compiled-masks.ts';
import { compiledStretches, worthCompiling } from '../lowering/compiled-stretches.ts';
import { graphValues } from '../lowering/graph-values.ts';
import { handedOver } from '../lowering/handed-over.ts';
import { stretches, type Unit } from '../lowering/stretches.ts';
import { lowerToTensorflow, tensorflowRuns } from '../lowering/tensorflow-table.ts';
import type { Placement, Program, Trace } from './engine.ts';
import { inPlaceAdams } from './in-place-adams.ts';
import { recordAdams } from './record-adams.ts';

interface Stored {
  readonly handle: TfOutput;
  readonly read: TfOutput;
  readonly fed: TfOutput;
  readonly assign: TfOutput;
}

/** Products of matrices; attention's small products of many pairs gain nothing in bfloat16. */
const isProduct = ({ primitive, outputs }: Operation): boolean =>
  primitive.name === 'matmul' && outputs[0]?.shape.length === 2;
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

/** One TF_Graph and one session: variables in the graph, every prepared trace an entry point over them. @internal */
export function graphProgram(
  library: TensorflowLibrary,
  variables: ReadonlyMap<string, HostTensor>,
  placement: Placement,
  { fusing }: { readonly fusing: boolean },
): Program {
  const { device, fuse, matmulPrecision, ...config } = placement;
  const takesLow = (operation: Operation) => matmulPrecision === 'bfloat16' && isProduct(operation);
  // Elsewhere than on this process's processors it has not been measured.
  const fuseSteps = fusing && !device && !config.target && !config.xla;
  const graph = library.newGraph();
  const session = library.newSession(graph, config);
  const sink: OpSink = device
    ? {
        ...graph,
        op: (name, inputs, attributes, options) => graph.op(name, inputs, attributes, { ...options, device }),
        constant: graph.constant,
      }
    : graph;
  const stored = new Map<string, Stored>();
  let entry = 0;
  for (const [path, { shape, dtype }] of variables) {
    const handle = first(
      sink.op('VarHandleOp', [], { dtype: { type: dtype }, shape: { shape }, shared_name: { string: path } }),
    );
    const fed = graph.placeholder(`initial/${stored.size}`, dtype, shape);
    stored.set(path, {
      handle,
      fed,
      read: first(sink.op('ReadVariableOp', [handle], { dtype: { type: dtype } })),
      assign: first(sink.op('AssignVariableOp', [handle, fed], { dtype: { type: dtype } })),
    });
  }
  const write = (values: ReadonlyMap<string, HostTensor>) => {
    if (values.size === 0) return;
    for (const part of partsOf([...values])) {
      const into = part.map(([path, value]) => ({ variable: stored.get(path) as Stored, value }));
      session.run(
        into.map(({ variable, value }) => ({ output: variable.fed, value })),
        [],
        into.map(({ variable }) => variable.assign),
      );
    }
  };
  write(variables);

  const compiledStretch = compiledStretches(library, graph, sink);
  const compiledMask = compiledMasks(library, graph, sink);
  const prepare = ({ inputs, outputs, updates }: Trace) => {
    const number = entry++;
    const values = graphValues(sink);
    const reads: TfOutput[] = [];
    const placeholders = inputs.map(([path, tensor], i) => {
      const output = graph.placeholder(`call${number}/${i}`, tensor.dtype, tensor.shape);
      values.set(tensor, output);
      return { path, output };
    });
    const wanted = [...outputs, ...updates.map(([, tensor]) => tensor)];
    const order = reachable(wanted);
    const adams = inPlaceAdams(order, outputs, updates);
    const inside = new Set<Operation>(adams.map(({ operation }) => operation));
    // Moments that only an in-place kernel touches are never read.
    const needed = new Set(wanted);
    for (const operation of order) {
      const inputs = inside.has(operation) ? operation.inputs.filter((_, i) => i !== 1 && i !== 2) : operation.inputs;
      for (const tensor of inputs) needed.add(tensor);
    }
    const emit = (operation: Operation): void => {
      const [output] = operation.outputs as [Tensor];
      if (isA(operation, 'input') || inside.has(operation)) return;
      if (isA(operation, 'variable')) {
        if (!needed.has(output)) return;
        const { handle } = stored.get(operation.attributes.path) as Stored;
        const read = first(sink.op('ReadVariableOp', [handle], { dtype: { type: output.dtype } }));
        values.set(output, read);
        reads.push(read);
        return;
      }
      const low = takesLow(operation);
      const results = lowerToTensorflow(
        sink,
        operation.inputs.map((tensor) => (low ? values.low(tensor) : values.of(tensor))),
        operation,
      );
      for (const [i, result] of operation.outputs.entries())
        values[low ? 'setLow' : 'set'](result, results[i] as TfOutput);
    };
    const read = new Set(wanted);
    const fused = fuse ?? (updates.length > 0 && fuseSteps);
    const units: Unit[] = fused ? stretches(order, read) : order.map((operation) => ({ kind: 'alone', operation }));
    const handedBy = handedOver(units, read, takesLow);
    for (const unit of units) {
      if (unit.kind === 'alone') emit(unit.operation);
      else if (unit.kind === 'draw')
        values.set(unit.mask, compiledMask(unit, values.of(unit.uniform.inputs[0] as Tensor)));
      else if (fuse || worthCompiling(unit)) compiledStretch(unit, values, handedBy(unit));
      else for (const operation of unit.operations) emit(operation);
    }
    // Nothing is written before every variable of this call has been read; one node waits for all, or every write would for each.
    const afterReads = updates.length > 0 ? [first(sink.op('NoOp', [], {}, { control: reads }))] : [];
    const assign = (path: string, value: TfOutput, dtype: DType) =>
      first(
        sink.op(
          'AssignVariableOp',
          [(stored.get(path) as Stored).handle, value],
          { dtype: { type: dtype } },
          { control: afterReads },
        ),
      );
    const targets: TfOutput[] = [];
    for (const [path, tensor] of updates)
      if (!inside.has(tensor.operation)) targets.push(assign(path, values.of(tensor), tensor.dtype));
    targets.push(
      ...recordAdams(sink, adams, values, {
        handle: (path) => (stored.get(path) as Stored).handle,
        assign: (path, value) => assign(path, value, 'float32'),
        after: afterReads,
      }),
    );
    const fetches = outputs.map((output) => values.of(output));
    return (feeds: ReadonlyMap<string, HostTensor>) =>
      session
        .runAsync(
          placeholders.map(({ path, output }) => ({ output, value: feeds.get(path) as HostTensor })),
          fetches,
          targets,
        )
        .catch((error: Error) => {
          if (!fused || !/xla/i.test(error.message)) throw error;
          throw new BackendError(
            `${error.message}\nXLA does not compile this here; createVariables(…, { fuse: false }) runs without it.`,
          );
        });
  };
  return {
    has: tensorflowRuns,
    write,
    read: (paths) =>
      session.run(
        [],
        paths.map((path) => (stored.get(path) as Stored).read),
        [],
      ),
    prepare,
    dispose: () => {
      session.dispose();
      graph.dispose();
    },
  };
}
