import { BackendError } from '../errors.ts';
import { adamOperands } from '../expression/adam-operands.ts';
import { hostArrays } from '../expression/host-tensors.ts';
import type { PrimitiveName, PrimitiveTable } from '../expression/primitives.ts';
import { isA, type Operation, type Tensor } from '../expression/tensor.ts';
import { type OnnxAttribute, onnxTypes } from '../onnx/onnx-model.ts';
import type { OnnxSink } from '../onnx/onnx-sink.ts';
import { momentShares } from './moment-shares.ts';

type Lower<P extends PrimitiveName = PrimitiveName> = (
  sink: OnnxSink,
  inputs: readonly string[],
  operation: Operation<P>,
) => string | readonly string[];
type Entries = { readonly [P in PrimitiveName]: Lower<P> };

const outOf = ({ outputs }: Operation): Tensor => outputs[0] as Tensor;

const direct =
  (type: string, attributes: Readonly<Record<string, OnnxAttribute>> = {}): Lower =>
  (sink, inputs) =>
    sink.op(type, inputs, attributes);

const reduction =
  (type: string): Lower<'sum' | 'max'> =>
  (sink, [x], { attributes }) =>
    attributes.axes.length === 0
      ? sink.op('Identity', [x as string])
      : sink.op(type, [x as string, sink.ints(attributes.axes)], { keepdims: 1 });

/** The column of each row's number, as `GatherElements` and `ScatterElements` want it. */
const asColumn = (sink: OnnxSink, x: string): string => sink.op('Unsqueeze', [x, sink.ints([1])]);

const zeros = (sink: OnnxSink, { shape }: Tensor): string =>
  sink.op('Expand', [sink.constant('float32', [], Float32Array.of(0)), sink.ints(shape)]);

/** Adds each row of numbers to the row of a table that its index says. */
const addRows = (sink: OnnxSink, into: string, [x, indices]: readonly string[]): string => {
  const places = asColumn(sink, sink.op('Cast', [indices as string], { to: onnxTypes.int64 }));
  return sink.op('ScatterND', [into, places, x as string], { reduction: 'add' });
};

/** Adds a number to each row, in the column that its label says. */
const addColumns = (sink: OnnxSink, into: string, [x, labels]: readonly string[]): string => {
  const operands = [into, asColumn(sink, labels as string), asColumn(sink, x as string)];
  return sink.op('ScatterElements', operands, { axis: 1, reduction: 'add' });
};

const matmul: Lower<'matmul'> = (sink, inputs, { inputs: operands, attributes }) => {
  const transA = attributes.transposeA ? 1 : 0;
  const transB = attributes.transposeB ? 1 : 0;
  if (operands[0]?.shape.length === 2) return sink.op('Gemm', inputs, { transA, transB });
  if (transA + transB === 0) return sink.op('MatMul', inputs);
  return sink.op('FusedMatMul', inputs, { transA, transB }, 'com.microsoft');
};

const adam: Lower<'adam'> = (sink, inputs, { attributes }) => {
  const { parameter, gradient, rate, beta1Power, beta2Power, ...before } = adamOperands(inputs);
  const { epsilon, decay } = attributes;
  const { meanShare, varianceShare } = momentShares(attributes);
  const number = (value: number) => sink.constant('float32', [], Float32Array.of(value));
  const op = (type: string, ...operands: string[]) => sink.op(type, operands);
  const mean = op('Add', before.mean, op('Mul', op('Sub', gradient, before.mean), number(meanShare)));
  const change = op('Sub', op('Mul', gradient, gradient), before.variance);
  const variance = op('Add', before.variance, op('Mul', change, number(varianceShare)));
  const root = op('Sqrt', op('Sub', number(1), beta2Power));
  const scale = op('Div', op('Mul', rate, root), op('Sub', number(1), beta1Power));
  const kept = decay === 0 ? parameter : op('Mul', parameter, op('Sub', number(1), op('Mul', rate, number(decay))));
  const under = op('Add', op('Sqrt', variance), op('Mul', root, number(epsilon)));
  return [op('Sub', kept, op('Div', op('Mul', mean, scale), under)), mean, variance];
};

/** ONNX has minimum and maximum, equality and products of numbers only: truth values go there as numbers. */
const table: PrimitiveTable<Entries> = {
  constant: (sink, _inputs, { attributes: { value } }) => sink.constant(value.dtype, value.shape, value.values),
  fill: (sink, _inputs, operation) => {
    const { dtype, shape } = outOf(operation);
    const one = sink.constant(dtype, [], hostArrays[dtype].of(operation.attributes.value));
    return shape.length === 0 ? one : sink.op('Expand', [one, sink.ints(shape)]);
  },
  add: direct('Add'),
  subtract: direct('Sub'),
  multiply: direct('Mul'),
  divide: direct('Div'),
  maximum: direct('Max'),
  minimum: direct('Min'),
  equal: direct('Equal'),
  less: direct('Less'),
  lessEqual: direct('LessOrEqual'),
  greater: direct('Greater'),
  greaterEqual: direct('GreaterOrEqual'),
  logicalAnd: direct('And'),
  logicalOr: direct('Or'),
  logicalNot: direct('Not'),
  negate: direct('Neg'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  rsqrt: (sink, inputs) => sink.op('Reciprocal', [sink.op('Sqrt', inputs)]),
  square: (sink, [x]) => sink.op('Mul', [x as string, x as string]),
  tanh: direct('Tanh'),
  // ONNX Runtime's Sigmoid is right to 1e-7 and not to a part of itself: twice what it should be at -17, 0 from -18 on.
  sigmoid: (sink, [x]) => {
    const under = sink.op('Exp', [sink.op('Neg', [x as string])]);
    return sink.op('Reciprocal', [sink.op('Add', [under, sink.constant('float32', [], Float32Array.of(1))])]);
  },
  softplus: direct('Softplus'),
  erf: direct('Erf'),
  abs: direct('Abs'),
  sign: direct('Sign'),
  stopGradient: direct('Identity'),
  cast: (sink, inputs, operation) => sink.op('Cast', inputs, { to: onnxTypes[outOf(operation).dtype] }),
  where: direct('Where'),
  sum: reduction('ReduceSum'),
  max: reduction('ReduceMax'),
  argMax: (sink, inputs) =>
    sink.op('Cast', [sink.op('ArgMax', inputs, { axis: -1, keepdims: 0 })], { to: onnxTypes.int32 }),
  reshape: (sink, [x], operation) =>
    sink.op('Reshape', [x as string, sink.ints(outOf(operation).shape)], { allowzero: 1 }),
  transpose: (sink, inputs, { attributes }) => sink.op('Transpose', inputs, { perm: attributes.order }),
  broadcastTo: (sink, [x], operation) => sink.op('Expand', [x as string, sink.ints(outOf(operation).shape)]),
  slice: (sink, [x], operation) => {
    const { begin } = operation.attributes;
    const end = begin.map((from, axis) => from + (outOf(operation).shape[axis] as number));
    return begin.length === 0
      ? sink.op('Identity', [x as string])
      : sink.op('Slice', [x as string, sink.ints(begin), sink.ints(end)]);
  },
  pad: (sink, [x], { attributes: { widths } }) =>
    sink.op('Pad', [
      x as string,
      sink.ints([...widths.map(([before]) => before), ...widths.map(([, after]) => after)]),
    ]),
  concat: (sink, inputs, { attributes }) => sink.op('Concat', inputs, { axis: attributes.axis }),
  matmul,
  bounded: (sink, [asked], { attributes: { count } }) => {
    const whole = (value: number) => sink.constant('int32', [], Int32Array.of(value));
    const number = (value: number) => sink.constant('float32', [], Float32Array.of(value));
    const least = sink.op('Max', [asked as string, whole(0)]);
    const places = sink.op('Min', [least, whole(Math.max(0, count - 1))]);
    const within = sink.op('Equal', [asked as string, places]);
    return [places, sink.op('Where', [within, number(0), number(Number.NaN)])];
  },
  gatherRows: direct('Gather', { axis: 0 }),
  segmentSum: (sink, inputs, operation) => addRows(sink, zeros(sink, outOf(operation)), inputs),
  softmax: direct('Softmax', { axis: -1 }),
  logSoftmax: direct('LogSoftmax', { axis: -1 }),
  pickColumns: (sink, [x, labels]) =>
    sink.op('Squeeze', [
      sink.op('GatherElements', [x as string, asColumn(sink, labels as string)], { axis: 1 }),
      sink.ints([1]),
    ]),
  placeColumns: (sink, inputs, operation) => addColumns(sink, zeros(sink, outOf(operation)), inputs),
  randomUniform: (sink, _inputs, { outputs }) => sink.drawn(outputs[0] as Tensor),
  randomNormal: (sink, _inputs, { outputs }) => sink.drawn(outputs[0] as Tensor),
  adam,
  after: (_sink, [x]) => x as string,
  recompute: (_sink, inputs, { attributes: { count } }) => inputs.slice(0, count),
};

/** What ONNX broadcasts itself, as the primitives' shapes do. */
const broadcasting: ReadonlySet<PrimitiveName> = new Set<PrimitiveName>([
  ...(['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'where'] as const),
  ...(['equal', 'less', 'lessEqual', 'greater', 'greaterEqual', 'logicalAnd', 'logicalOr'] as const),
]);

/**
 * What an operation reads: where another operand has the result's shape, an operand that was only broadcast is read as it was before. Written out
 * and read again, it would cost as much as the operation.
 */
export function operandsOf(operation: Operation): readonly Tensor[] {
  if (!broadcasting.has(operation.primitive.name)) return operation.inputs;
  const shape = outOf(operation).shape.join();
  const isWhole = ({ operation: made, shape: own }: Tensor) => !isA(made, 'broadcastTo') && own.join() === shape;
  return operation.inputs.some(isWhole)
    ? operation.inputs.map((input) =>
        isA(input.operation, 'broadcastTo') ? (input.operation.inputs[0] as Tensor) : input,
      )
    : operation.inputs;
}

/**
 * Operations whose result is added to something of its shape and used nowhere else, by the addition: what they place is added there, and no
 * zeros are made and added.
 *
 * @param given what must be there in the end, and is used besides
 */
export function scatteredInto(
  order: readonly Operation[],
  given: ReadonlySet<Tensor>,
): ReadonlyMap<Operation, Operation> {
  const uses = new Map<Tensor, number>();
  for (const { inputs } of order) for (const input of inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  const found = new Map<Operation, Operation>();
  for (const operation of order) {
    if (operation.primitive.name !== 'add') continue;
    const placed = operation.inputs.find(
      (input, i) =>
        (isA(input.operation, 'segmentSum') || isA(input.operation, 'placeColumns')) &&
        uses.get(input) === 1 &&
        !given.has(input) &&
        operation.inputs[1 - i]?.shape.join() === input.shape.join(),
    );
    if (placed) found.set(operation, placed.operation);
  }
  return found;
}

/** Records an addition of `scatteredInto`. @param into the other operand @param inputs those of the operation that is added */
export function lowerScattered(sink: OnnxSink, into: string, inputs: readonly string[], added: Operation): string {
  return (isA(added, 'segmentSum') ? addRows : addColumns)(sink, into, inputs);
}

/** Whether the table has a primitive. */
export const onnxRuns = (name: PrimitiveName): boolean => Object.hasOwn(table, name);

/** Records one primitive in an ONNX graph. @throws {BackendError} on a primitive the table lacks */
export function lowerToOnnx<P extends PrimitiveName>(
  sink: OnnxSink,
  inputs: readonly string[],
  operation: Operation<P>,
): readonly string[] {
  const entries: Partial<Entries> = table;
  const lower = entries[operation.primitive.name];
  if (!lower)
    throw new BackendError(`'${operation.primitive.name}' cannot run here: the ONNX table has no entry for it.`);
  const result = lower(sink, inputs, operation);
  return typeof result === 'string' ? [result] : result;
}
