import { BackendError } from '../errors.ts';
import { adamOperands } from '../expression/adam-operands.ts';
import { hostArrays, sizeOf } from '../expression/host-tensors.ts';
import type { PrimitiveName, PrimitiveTable } from '../expression/primitives.ts';
import type { Operation, Tensor } from '../expression/tensor.ts';
import type { OpSink, TfAttribute, TfOutput } from '../libtensorflow/types.ts';
import { momentShares } from './moment-shares.ts';

type Lower<P extends PrimitiveName = PrimitiveName> = (
  sink: OpSink,
  inputs: readonly TfOutput[],
  operation: Operation<P>,
) => TfOutput[];
type Entries = { readonly [P in PrimitiveName]: Lower<P> };

const ints = (sink: OpSink, values: readonly number[]) =>
  sink.constant([values.length], 'int32', Int32Array.from(values));
const int = (sink: OpSink, value: number) => sink.constant([], 'int32', Int32Array.of(value));
const float = (sink: OpSink, value: number) => sink.constant([], 'float32', Float32Array.of(value));
const one = (outputs: readonly TfOutput[]): TfOutput => outputs[0] as TfOutput;
const outShape = (operation: Operation) => (operation.outputs[0] as Tensor).shape;

const direct =
  (name: string, attributes?: Record<string, TfAttribute>): Lower =>
  (sink, inputs) =>
    sink.op(name, inputs, attributes);

const reduction =
  (name: string): Lower<'sum' | 'max'> =>
  (sink, [x], { attributes }) =>
    sink.op(name, [x as TfOutput, ints(sink, attributes.axes)], { keep_dims: { bool: true } });

function fillOf(sink: OpSink, { attributes, outputs }: Operation<'fill'>): TfOutput[] {
  const { shape, dtype } = outputs[0] as Tensor;
  const scalar = sink.constant([], dtype, hostArrays[dtype].of(attributes.value));
  return sizeOf(shape) === 1 && shape.length === 0 ? [scalar] : sink.op('Fill', [ints(sink, shape), scalar]);
}

/** TensorFlow's graph optimiser fuses MatMul + BiasAdd, but leaves MatMul + AddV2 alone. */
const addOf: Lower<'add'> = (sink, [a, b], { inputs }) => {
  const [x, y] = inputs as [Tensor, Tensor];
  const bias = x.dtype === 'float32' && x.shape.length === 2 && y.shape.length === 1 && y.shape[0] === x.shape[1];
  return sink.op(bias ? 'BiasAdd' : 'AddV2', [a as TfOutput, b as TfOutput]);
};

/** From this many rows on oneDNN's slower way with a transposed right operand (150 against 190 GFLOP/s) costs more than turning a matrix of weights. */
const manyRows = 1024;
/** Elements a row that a matrix may have to be worth turning: a whole vocabulary's is not. */
const turnable = 2048;

const matmulOf: Lower<'matmul'> = (sink, [x, y], { inputs, attributes }) => {
  const [a, b] = inputs as [Tensor, Tensor];
  const { transposeA, transposeB } = attributes;
  const [left, right] = [x as TfOutput, y as TfOutput];
  if (a.shape.length !== 2)
    return sink.op('BatchMatMulV2', [left, right], { adj_x: { bool: transposeA }, adj_y: { bool: transposeB } });
  const [rows] = a.shape as [number];
  const turn = transposeB && !transposeA && rows >= manyRows && sizeOf(b.shape) <= rows * turnable;
  return sink.op('MatMul', [left, turn ? one(sink.op('Transpose', [right, ints(sink, [1, 0])])) : right], {
    transpose_a: { bool: transposeA },
    transpose_b: { bool: transposeB && !turn },
  });
};

function rowColumn(sink: OpSink, labels: TfOutput, rows: number): TfOutput {
  const numbers = sink.constant(
    [rows],
    'int32',
    Int32Array.from({ length: rows }, (_, i) => i),
  );
  return one(sink.op('Pack', [[numbers, labels]], { axis: { int: 1 } }));
}

const randomOf =
  (name: 'StatelessRandomUniformV2' | 'StatelessRandomNormalV2'): Lower<'randomUniform' | 'randomNormal'> =>
  (sink, [words], { attributes, outputs }) => {
    const { site, rows, width } = attributes;
    const blocks = Math.ceil(width / 4);
    const part = (begin: number, size: number) =>
      one(sink.op('Slice', [words as TfOutput, ints(sink, [begin]), ints(sink, [size])]));
    const key = sink.op('Reshape', [
      one(sink.op('Bitcast', [part(0, 2)], { type: { type: 'uint64' } })),
      ints(sink, [1]),
    ]);
    const row = one(sink.op('Cast', [part(2, 1)], { DstT: { type: 'int64' } }));
    const first = one(sink.op('Mul', [row, sink.constant([], 'int64', BigInt64Array.of(BigInt(blocks)))]));
    const counter = sink.op('ConcatV2', [
      [
        one(sink.op('Bitcast', [first], { type: { type: 'uint64' } })),
        sink.constant([1], 'uint64', BigUint64Array.of(BigInt(site))),
      ],
      int(sink, 0),
    ]);
    const drawn = one(
      sink.op(name, [ints(sink, [rows, blocks * 4]), one(key), one(counter), int(sink, 1)], {
        dtype: { type: 'float32' },
        // XLA would draw other numbers.
        _XlaCompile: { bool: false },
      }),
    );
    const cut =
      blocks * 4 === width ? drawn : one(sink.op('Slice', [drawn, ints(sink, [0, 0]), ints(sink, [rows, width])]));
    return sink.op('Reshape', [cut, ints(sink, (outputs[0] as Tensor).shape)]);
  };

/** The scalars of a bias-corrected Adam step in TensorFlow's form: `ε̂ = ε·√(1−β₂ᵗ)` makes its kernel equal to PyTorch's. */
export function adamEpsilon(sink: OpSink, epsilon: number, beta2Power: TfOutput): TfOutput {
  const root = one(sink.op('Sqrt', [one(sink.op('Sub', [float(sink, 1), beta2Power]))]));
  return one(sink.op('Mul', [float(sink, epsilon), root]));
}

const adamOf: Lower<'adam'> = (sink, inputs, { attributes }) => {
  const { parameter, gradient, rate, beta1Power, beta2Power, ...before } = adamOperands(inputs);
  const { epsilon, decay } = attributes;
  const { meanShare, varianceShare } = momentShares(attributes);
  const op = (name: string, ...operands: TfOutput[]) => one(sink.op(name, operands));
  const mean = op('AddV2', before.mean, op('Mul', op('Sub', gradient, before.mean), float(sink, meanShare)));
  const variance = op(
    'AddV2',
    before.variance,
    op('Mul', op('Sub', op('Square', gradient), before.variance), float(sink, varianceShare)),
  );
  const scale = op(
    'RealDiv',
    op('Mul', rate, op('Sqrt', op('Sub', float(sink, 1), beta2Power))),
    op('Sub', float(sink, 1), beta1Power),
  );
  const kept =
    decay === 0 ? parameter : op('Mul', parameter, op('Sub', float(sink, 1), op('Mul', rate, float(sink, decay))));
  const update = op(
    'RealDiv',
    op('Mul', mean, scale),
    op('AddV2', op('Sqrt', variance), adamEpsilon(sink, epsilon, beta2Power)),
  );
  return [op('Sub', kept, update), mean, variance];
};

/** How TensorFlow does each primitive; the same table serves eager execution (TFE) and traced graphs (TF_Graph). */
const table: PrimitiveTable<Entries> = {
  constant: (sink, _inputs, { attributes }) => {
    const { shape, dtype, values } = attributes.value;
    return [sink.constant(shape, dtype, values)];
  },
  fill: (sink, _inputs, operation) => fillOf(sink, operation),
  add: addOf,
  subtract: direct('Sub'),
  multiply: direct('Mul'),
  divide: direct('RealDiv'),
  maximum: direct('Maximum'),
  minimum: direct('Minimum'),
  equal: direct('Equal'),
  less: direct('Less'),
  lessEqual: direct('LessEqual'),
  greater: direct('Greater'),
  greaterEqual: direct('GreaterEqual'),
  logicalAnd: direct('LogicalAnd'),
  logicalOr: direct('LogicalOr'),
  logicalNot: direct('LogicalNot'),
  negate: direct('Neg'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  rsqrt: direct('Rsqrt'),
  square: direct('Square'),
  tanh: direct('Tanh'),
  sigmoid: direct('Sigmoid'),
  softplus: direct('Softplus'),
  erf: direct('Erf'),
  abs: direct('Abs'),
  sign: direct('Sign'),
  stopGradient: direct('Identity'),
  cast: (sink, inputs, { outputs: [y] }) => sink.op('Cast', inputs, { DstT: { type: (y as Tensor).dtype } }),
  where: direct('SelectV2'),
  sum: reduction('Sum'),
  max: reduction('Max'),
  argMax: (sink, [x], { inputs }) =>
    sink.op('ArgMax', [x as TfOutput, int(sink, (inputs[0] as Tensor).shape.length - 1)], {
      output_type: { type: 'int32' },
    }),
  reshape: (sink, [x], operation) => sink.op('Reshape', [x as TfOutput, ints(sink, outShape(operation))]),
  transpose: (sink, [x], { attributes }) => sink.op('Transpose', [x as TfOutput, ints(sink, attributes.order)]),
  broadcastTo: (sink, [x], operation) => sink.op('BroadcastTo', [x as TfOutput, ints(sink, outShape(operation))]),
  slice: (sink, [x], operation) =>
    sink.op('Slice', [x as TfOutput, ints(sink, operation.attributes.begin), ints(sink, outShape(operation))]),
  pad: (sink, [x], { attributes }) => {
    const { widths } = attributes;
    return sink.op('Pad', [x as TfOutput, sink.constant([widths.length, 2], 'int32', Int32Array.from(widths.flat()))]);
  },
  concat: (sink, inputs, { attributes }) => sink.op('ConcatV2', [[...inputs], int(sink, attributes.axis)]),
  matmul: matmulOf,
  bounded: (sink, [asked], { attributes: { count } }) => {
    const places = one(
      sink.op('Minimum', [
        one(sink.op('Maximum', [asked as TfOutput, int(sink, 0)])),
        int(sink, Math.max(0, count - 1)),
      ]),
    );
    const within = one(sink.op('Equal', [asked as TfOutput, places]));
    return [places, one(sink.op('SelectV2', [within, float(sink, 0), float(sink, Number.NaN)]))];
  },
  gatherRows: (sink, [table, indices]) => sink.op('GatherV2', [table as TfOutput, indices as TfOutput, int(sink, 0)]),
  segmentSum: (sink, [x, indices], { attributes }) =>
    sink.op('UnsortedSegmentSum', [x as TfOutput, indices as TfOutput, int(sink, attributes.rows)]),
  softmax: direct('Softmax'),
  logSoftmax: direct('LogSoftmax'),
  pickColumns: (sink, [x, labels], { inputs }) =>
    sink.op('GatherNd', [x as TfOutput, rowColumn(sink, labels as TfOutput, (inputs[0] as Tensor).shape[0] as number)]),
  placeColumns: (sink, [x, labels], operation) =>
    sink.op('ScatterNd', [
      rowColumn(sink, labels as TfOutput, outShape(operation)[0] as number),
      x as TfOutput,
      ints(sink, outShape(operation)),
    ]),
  randomUniform: randomOf('StatelessRandomUniformV2'),
  randomNormal: randomOf('StatelessRandomNormalV2'),
  adam: adamOf,
  after: (sink, [x, ...others]) => sink.op('Identity', [x as TfOutput], {}, { control: others }),
  recompute: (sink, inputs, { attributes: { count } }) =>
    inputs.slice(0, count).flatMap((x) => sink.op('Identity', [x])),
};

/** Whether TensorFlow's table has a primitive. */
export const tensorflowRuns = (name: PrimitiveName): boolean => Object.hasOwn(table, name);

/** Runs or records one primitive. @throws {BackendError} naming a primitive that the table lacks */
export function lowerToTensorflow<P extends PrimitiveName>(
  sink: OpSink,
  inputs: readonly TfOutput[],
  operation: Operation<P>,
): TfOutput[] {
  const entries: Partial<Entries> = table;
  const lower = entries[operation.primitive.name];
  if (!lower)
    throw new BackendError(`'${operation.primitive.name}' cannot be recorded: TensorFlow's table has no entry for it.`);
  return lower(sink, inputs, operation);
}
