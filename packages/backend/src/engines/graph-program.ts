import type { DType, HostTensor, Operation, Tensor } from '../expression/tensor.ts';
import type { OpSink, TensorflowLibrary, TfOutput } from '../libtensorflow/types.ts';
import { compiledMasks } from '../lowering/compiled-masks.ts';
import { compiledStretches, worthCompiling } from '../lowering/compiled-stretches.ts';
import { graphValues } from '../lowering/graph-values.ts';
import { handedOver } from '../lowering/handed-over.ts';
import { reachable } from '../lowering/interpret.ts';
import { stretches, type Unit } from '../lowering/stretches.ts';
import { adamEpsilon, lowerToTensorflow } from '../lowering/tensorflow-table.ts';
import type { Placement, Program, Trace } from './engine.ts';

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
const pathOf = (tensor: Tensor | undefined): string | undefined =>
  tensor?.operation.primitive.name === 'variable' ? (tensor.operation.attributes.path as string) : undefined;

/** An Adam node whose operands and results are the same three variables can run TensorFlow's in-place kernel. */
function inPlace(
  operation: Operation,
  target: ReadonlyMap<Tensor, string>,
): readonly [string, string, string] | undefined {
  const paths = operation.outputs.map((output, i) => {
    const path = pathOf(operation.inputs[i]);
    return path !== undefined && target.get(output) === path ? path : undefined;
  });
  return paths.every((path) => path !== undefined) ? (paths as unknown as [string, string, string]) : undefined;
}

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
  const lowProducts = matmulPrecision === 'bfloat16';
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
    const target = new Map(updates.map(([path, tensor]) => [tensor, path]));
    const values = graphValues(sink);
    const reads: TfOutput[] = [];
    const placeholders = inputs.map(([path, tensor], i) => {
      const output = graph.placeholder(`call${number}/${i}`, tensor.dtype, tensor.shape);
      values.set(tensor, output);
      return { path, output };
    });
    const wanted = [...outputs, ...updates.map(([, tensor]) => tensor)];
    const order = reachable(wanted);
    const consumed = new Set(order.flatMap((operation) => operation.inputs));
    for (const output of outputs) consumed.add(output);
    const adams: { operation: Operation; paths: readonly [string, string, string] }[] = [];
    for (const operation of order) {
      if (operation.primitive.name !== 'adam' || operation.outputs.some((result) => consumed.has(result))) continue;
      const paths = inPlace(operation, target);
      if (paths) adams.push({ operation, paths });
    }
    const inside = new Set(adams.map(({ operation }) => operation));
    // Moments that only an in-place kernel touches are never read.
    const needed = new Set(wanted);
    for (const operation of order) {
      const inputs = inside.has(operation) ? operation.inputs.filter((_, i) => i !== 1 && i !== 2) : operation.inputs;
      for (const tensor of inputs) needed.add(tensor);
    }
    const emit = (operation: Operation): void => {
      const [output] = operation.outputs as [Tensor];
      const { name } = operation.primitive;
      if (name === 'input' || inside.has(operation)) return;
      if (name === 'variable') {
        if (!needed.has(output)) return;
        const { handle } = stored.get(operation.attributes.path as string) as Stored;
        const read = first(sink.op('ReadVariableOp', [handle], { dtype: { type: output.dtype } }));
        values.set(output, read);
        reads.push(read);
        return;
      }
      const low = lowProducts && isProduct(operation);
      const results = lowerToTensorflow(
        sink,
        operation.inputs.map((tensor) => (low ? values.low(tensor) : values.of(tensor))),
        operation,
      );
      for (const [i, result] of operation.outputs.entries())
        values[low ? 'setLow' : 'set'](result, results[i] as TfOutput);
    };
    const fused = fuse ?? (updates.length > 0 && fuseSteps);
    const units: Unit[] = fused
      ? stretches(order, new Set(wanted))
      : order.map((operation) => ({ kind: 'alone', operation }));
    const handedBy = handedOver(units, new Set(wanted), (operation) => lowProducts && isProduct(operation));
    for (const unit of units) {
      if (unit.kind === 'alone') emit(unit.operation);
      else if (unit.kind === 'draw')
        values.set(unit.mask, compiledMask(unit, values.of(unit.uniform.inputs[0] as Tensor)));
      else if (worthCompiling(unit)) compiledStretch(unit, values, handedBy(unit));
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
    const shared = new Map<string, TfOutput>();
    const once = (key: string, make: () => TfOutput): TfOutput => {
      const made = shared.get(key) ?? make();
      shared.set(key, made);
      return made;
    };
    const scalar = (value: number) => sink.constant([], 'float32', Float32Array.of(value));
    for (const { operation, paths } of adams) {
      const [p, , , gradient, rate, power1, power2] = operation.inputs.map((tensor) => values.of(tensor)) as [
        TfOutput,
        TfOutput,
        TfOutput,
        TfOutput,
        TfOutput,
        TfOutput,
        TfOutput,
      ];
      const { beta1, beta2, epsilon, decay } = operation.attributes as {
        beta1: number;
        beta2: number;
        epsilon: number;
        decay: number;
      };
      const idOf = (i: number) => (operation.inputs[i] as Tensor).operation.id;
      const [parameter, mean, variance] = paths.map((path) => (stored.get(path) as Stored).handle) as [
        TfOutput,
        TfOutput,
        TfOutput,
      ];
      let control = afterReads;
      if (decay !== 0) {
        const keep = once(`keep ${decay} ${idOf(4)}`, () =>
          first(sink.op('Sub', [scalar(1), first(sink.op('Mul', [rate, scalar(decay)]))])),
        );
        control = [assign(paths[0], first(sink.op('Mul', [p, keep])), 'float32')];
      }
      const hat = once(`epsilon ${epsilon} ${idOf(6)}`, () => adamEpsilon(sink, epsilon, power2));
      const operands = [parameter, mean, variance, power1, power2, rate, scalar(beta1), scalar(beta2), hat, gradient];
      targets.push(first(sink.op('ResourceApplyAdam', operands, {}, { control })));
    }
    const fetches = outputs.map((output) => values.of(output));
    return (feeds: ReadonlyMap<string, HostTensor>) =>
      session.runAsync(
        placeholders.map(({ path, output }) => ({ output, value: feeds.get(path) as HostTensor })),
        fetches,
        targets,
      );
  };
  return {
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
