import { adamOperands } from '../expression/adam-operands.ts';
import { reachable } from '../expression/reachable.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';
import type { OpSink, TfGraph, TfOutput } from '../libtensorflow/types.ts';
import type { compiledMasks } from '../lowering/compiled-masks.ts';
import { type compiledStretches, worthCompiling } from '../lowering/compiled-stretches.ts';
import { type GraphValues, graphValues } from '../lowering/graph-values.ts';
import { handedOver } from '../lowering/handed-over.ts';
import { stretches, type Unit } from '../lowering/stretches.ts';
import { lowerToTensorflow } from '../lowering/tensorflow-table.ts';
import type { Trace } from './engine.ts';
import type { GraphVariables } from './graph-variables.ts';
import { type InPlaceAdam, inPlaceAdams } from './in-place-adams.ts';
import { recordAdams } from './record-adams.ts';

/** The graph that traces are recorded into, and how. */
export interface Recorder {
  readonly graph: TfGraph;
  /** Where operations are recorded: the graph, or the graph on one device. */
  readonly sink: OpSink;
  readonly variables: GraphVariables;
  readonly compiledStretch: ReturnType<typeof compiledStretches>;
  readonly compiledMask: ReturnType<typeof compiledMasks>;
  /** Which stretches XLA compiles: all, the large ones of functions that update variables, or none. */
  readonly fuse: 'all' | 'in steps' | 'none';
  /** Whether an operation takes its operands in bfloat16. */
  readonly takesLow: (operation: Operation) => boolean;
}

/** One entry point of a graph. */
export interface RecordedTrace {
  readonly placeholders: readonly { readonly path: string; readonly output: TfOutput }[];
  readonly fetches: readonly TfOutput[];
  /** What writes the variables. */
  readonly targets: readonly TfOutput[];
  /** Whether XLA compiles parts of it. */
  readonly fused: boolean;
}

/** The tensors that a call's nodes take or give; moments that only an in-place kernel touches are not among them. */
function tensorsTaken(order: readonly Operation[], wanted: readonly Tensor[], inPlace: ReadonlySet<Operation>) {
  const taken = new Set(wanted);
  for (const operation of order) {
    if (isA(operation, 'adam') && inPlace.has(operation)) {
      const { mean: _mean, variance: _variance, ...others } = adamOperands(operation.inputs);
      for (const tensor of Object.values(others)) taken.add(tensor);
    } else for (const tensor of operation.inputs) taken.add(tensor);
  }
  return taken;
}

/** Records one operation with TensorFlow's kernels. */
function recordOperation({ sink, takesLow }: Recorder, operation: Operation, values: GraphValues): void {
  const low = takesLow(operation);
  const operands = operation.inputs.map((tensor) => (low ? values.low(tensor) : values.of(tensor)));
  const results = lowerToTensorflow(sink, operands, operation);
  for (const [i, tensor] of operation.outputs.entries()) values[low ? 'setLow' : 'set'](tensor, results[i] as TfOutput);
}

/** Records the writing of variables, all of it after what must have run; returns what to run. */
function recordUpdates(
  { sink, variables }: Recorder,
  updates: Trace['updates'],
  adams: readonly InPlaceAdam[],
  values: GraphValues,
  after: readonly TfOutput[],
): TfOutput[] {
  const inPlace = new Set<Operation>(adams.map(({ operation }) => operation));
  return [
    ...updates
      .filter(([, tensor]) => !inPlace.has(tensor.operation))
      .map(([path, tensor]) => variables.recordAssign(path, values.of(tensor), after)),
    ...recordAdams(sink, adams, values, variables, after),
  ];
}

/**
 * Records one trace as an entry point over the graph's variables.
 *
 * @param number of the call, unique in the graph; part of its placeholders' names
 */
export function recordTrace(
  recorder: Recorder,
  { inputs, outputs, updates: always, guarded }: Trace,
  number: number,
): RecordedTrace {
  const { graph, sink, variables, fuse } = recorder;
  const values = graphValues(sink);
  const placeholders = inputs.map(([path, tensor], i) => {
    const output = graph.placeholder(`call${number}/${i}`, tensor.dtype, tensor.shape);
    values.set(tensor, output);
    return { path, output };
  });
  const updates = [...always, ...(guarded?.updates ?? [])];
  const wanted = [...outputs, ...updates.map(([, tensor]) => tensor), ...(guarded ? [guarded.condition] : [])];
  const order = reachable(wanted);
  const adams = inPlaceAdams(order, outputs, updates);
  const inPlace = new Set<Operation>(adams.map(({ operation }) => operation));
  const taken = tensorsTaken(order, wanted, inPlace);

  const reads: TfOutput[] = [];
  const recordVariable = (operation: Operation<'variable'>): void => {
    const [tensor] = operation.outputs as [Tensor];
    if (!taken.has(tensor)) return;
    const value = variables.recordRead(operation.attributes.path);
    values.set(tensor, value);
    reads.push(value);
  };
  const recordAlone = (operation: Operation): void => {
    if (isA(operation, 'variable')) recordVariable(operation);
    else if (!isA(operation, 'input') && !inPlace.has(operation)) recordOperation(recorder, operation, values);
  };
  const fused = fuse === 'all' || (fuse === 'in steps' && updates.length > 0);
  const outside = new Set(wanted);
  const units: Unit[] = fused ? stretches(order, outside) : order.map((operation) => ({ kind: 'alone', operation }));
  const handedBy = handedOver(units, outside, recorder.takesLow);
  for (const unit of units) {
    if (unit.kind === 'alone') recordAlone(unit.operation);
    else if (unit.kind === 'draw')
      values.set(unit.mask, recorder.compiledMask(unit, values.of(unit.uniform.inputs[0] as Tensor)));
    else if (fuse === 'all' || worthCompiling(unit)) recorder.compiledStretch(unit, values, handedBy(unit));
    else for (const operation of unit.operations) recordAlone(operation);
  }
  if (updates.length === 0)
    return { placeholders, fetches: outputs.map((output) => values.of(output)), targets: [], fused };
  // Nothing is written before every variable of this call has been read; one node waits for all, or every write would for each.
  const after = sink.op('NoOp', [], {}, { control: reads });
  const guardedPaths = new Set(guarded?.updates.map(([path]) => path));
  const adamsOf = (whether: boolean) => adams.filter(({ paths }) => guardedPaths.has(paths.parameter) === whether);
  const targets = recordUpdates(recorder, always, adamsOf(false), values, after);
  if (guarded) {
    // What hangs on the side of a switch that is not taken does not run: nothing is copied to keep it, as a choice of values would.
    const condition = values.of(guarded.condition);
    const [, taken] = sink.op('Switch', [condition, condition]);
    const gate = sink.op('Identity', [taken as TfOutput], {}, { control: after });
    for (const target of recordUpdates(recorder, guarded.updates, adamsOf(true), values, gate)) targets.push(target);
  }
  return { placeholders, fetches: outputs.map((output) => values.of(output)), targets, fused };
}
