import { BackendError } from '../errors.ts';
import { adamOperands } from '../expression/adam-operands.ts';
import type { DType } from '../expression/host-tensors.ts';
import { reachable } from '../expression/reachable.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';
import { type Draw, drawsIn } from '../lowering/draws-in.ts';
import { lowerScattered, lowerToOnnx, operandsOf, scatteredInto } from '../lowering/onnx-table.ts';
import { encodeOnnx, heldBytes, largestFile } from '../onnx/onnx-model.ts';
import { onnxRecording } from '../onnx/onnx-sink.ts';
import type { Trace } from './engine.ts';
import { inPlaceAdams } from './in-place-adams.ts';

/** Numbers that are drawn here, before the graph runs: whether each reaches a threshold, or the numbers themselves. */
interface Fed {
  readonly name: string;
  readonly operation: Operation<'randomUniform'> | Operation<'randomNormal'>;
  readonly threshold: number | undefined;
  readonly tensor: Tensor;
}

/** A trace as a graph: what it takes, and what it gives. */
export interface OnnxTrace {
  readonly bytes: Uint8Array;
  readonly inputs: readonly { readonly name: string; readonly path: string; readonly kind: 'input' | 'variable' }[];
  readonly fed: readonly Fed[];
  /** Names under which tensors come out. */
  readonly results: ReadonlyMap<Tensor, string>;
  readonly adams: ReturnType<typeof inPlaceAdams>;
}

/** @throws {BackendError} where constants are more than a graph holds */
export function refuseLarge(constants: Parameters<typeof heldBytes>[0]): void {
  const size = heldBytes(constants);
  if (size > largestFile)
    throw new BackendError(
      `compile: this function has ${(size / 1e9).toFixed(1)} GB of constants, and an ONNX graph holds 2 GB; make them variables or inputs, which have no limit.`,
    );
}

/** Operations whose results are given or read by what is recorded: what only broadcasts for another is read by nobody. */
function readBy(
  order: readonly Operation[],
  given: ReadonlySet<Tensor>,
  readOf: (operation: Operation) => readonly Tensor[],
): ReadonlySet<Operation> {
  const read = new Set([...given].map(({ operation }) => operation));
  for (const operation of [...order].reverse())
    if (read.has(operation)) for (const operand of readOf(operation)) read.add(operand.operation);
  return read;
}

/** Records a trace as an ONNX graph; Adam's updates that go back where they come from are left to the host, which gets their gradients. */
export function recordOnnx({ outputs, updates: always, guarded }: Trace): OnnxTrace {
  const updates = [...always, ...(guarded?.updates ?? [])];
  const wanted = [...outputs, ...updates.map(([, tensor]) => tensor), ...(guarded ? [guarded.condition] : [])];
  const adams = inPlaceAdams(reachable(wanted), outputs, updates);
  const onHost = new Set<Operation>(adams.map(({ operation }) => operation));
  const scalarsAndGradients = adams.flatMap(({ operation }) => {
    const { gradient, rate, beta1Power, beta2Power } = adamOperands(operation.inputs);
    return [gradient, rate, beta1Power, beta2Power];
  });
  const given = new Set([...wanted.filter(({ operation }) => !onHost.has(operation)), ...scalarsAndGradients]);
  const order = reachable([...given]);
  const draws: ReadonlyMap<Operation, Draw> = drawsIn(order, given);
  const scattered = scatteredInto(order, given);
  const absorbed = new Set(scattered.values());
  const masks = new Map([...draws.values()].map((draw) => [draw.mask.operation, draw]));
  // An addition of `scatteredInto` writes into its other operand, and masks come from outside.
  const readOf = (operation: Operation) =>
    masks.has(operation) ? [] : scattered.has(operation) ? operation.inputs : operandsOf(operation);
  const read = readBy(order, given, readOf);
  const fed: Fed[] = [];
  const sink = onnxRecording((tensor) => {
    const operation = tensor.operation as Fed['operation'];
    const name = `drawn${fed.length}`;
    fed.push({ name, operation, threshold: undefined, tensor });
    return name;
  });
  const names = new Map<Tensor, string>();
  const leaves: OnnxTrace['inputs'][number][] = [];
  const values: { name: string; dtype: DType; shape: readonly number[] }[] = [];
  const leaf = (kind: 'input' | 'variable', path: string, tensor: Tensor) => {
    const name = `${kind}${leaves.length}`;
    leaves.push({ name, path, kind });
    values.push({ name, dtype: tensor.dtype, shape: tensor.shape });
    names.set(tensor, name);
  };
  for (const operation of order) {
    const [first] = operation.outputs as [Tensor];
    if (isA(operation, 'input')) leaf('input', operation.attributes.path, first);
    else if (isA(operation, 'variable')) leaf('variable', operation.attributes.path, first);
    else if (draws.has(operation) || absorbed.has(operation) || !read.has(operation)) continue;
    else {
      const draw = masks.get(operation);
      if (draw) {
        const name = `drawn${fed.length}`;
        fed.push({ name, operation: draw.uniform, threshold: draw.threshold, tensor: draw.mask });
        names.set(first, name);
        continue;
      }
      const named = (all: readonly Tensor[]) => all.map((input) => names.get(input) as string);
      const added = scattered.get(operation);
      if (added) {
        const [into] = named(operation.inputs.filter((input) => input.operation !== added)) as [string];
        names.set(first, lowerScattered(sink, into, named(added.inputs), added));
        continue;
      }
      const results = lowerToOnnx(sink, named(readOf(operation)), operation);
      for (const [i, output] of operation.outputs.entries()) names.set(output, results[i] as string);
    }
  }
  for (const { name, tensor } of fed) values.push({ name, dtype: tensor.dtype, shape: tensor.shape });
  const results = new Map<Tensor, string>();
  // A node's result is given as it is; what was fed, a constant, or given twice needs a node of its own.
  const made = new Set(sink.nodes.flatMap(({ outputs: own }) => own));
  for (const tensor of given) {
    if (isA(tensor.operation, 'input')) continue;
    const name = names.get(tensor) as string;
    results.set(tensor, made.delete(name) ? name : sink.op('Identity', [name]));
  }
  refuseLarge(sink.constants);
  const graph = {
    nodes: sink.nodes,
    constants: sink.constants,
    inputs: values,
    outputs: [...results].map(([{ dtype, shape }, name]) => ({ name, dtype, shape })),
  };
  return { bytes: encodeOnnx(graph), inputs: leaves, fed, results, adams };
}
