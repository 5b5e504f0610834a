import { BackendError } from '../errors.ts';
import { adamOperands } from '../expression/adam-operands.ts';
import { type DType, hostArrays, sizeOf } from '../expression/host-tensors.ts';
import type { PrimitiveName, PrimitiveTable } from '../expression/primitives.ts';
import type { Operation, Tensor } from '../expression/tensor.ts';
import { erf } from './erf.ts';
import { momentShares } from './moment-shares.ts';
import { philoxUniform } from './philox.ts';
import { philoxNormal } from './philox-normal.ts';

/** Numbers of the reference: real ones in single or double precision. */
export type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A value of the reference. */
export interface ReferenceValue {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly values: Numbers;
}

/** How real numbers are kept between operations; each is computed in double precision and rounded once. */
export type ReferencePrecision = 'float32' | 'float64';

type Lower<P extends PrimitiveName = PrimitiveName> = (
  inputs: readonly ReferenceValue[],
  operation: Operation<P>,
  make: (count: number, dtype: DType) => Numbers,
) => Numbers | readonly Numbers[];
type Entries = { readonly [P in PrimitiveName]: Lower<P> };

const at = (values: Numbers, i: number): number => values[i] as number;
const outShape = ({ outputs }: Operation): readonly number[] => (outputs[0] as Tensor).shape;
const stridesOf = (shape: readonly number[]): number[] => shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));

/** For each element of `shape`, in order, the sum over its axes of index · stride, for each list of strides. */
function walk(shape: readonly number[], strides: readonly (readonly number[])[], visit: (places: number[]) => void) {
  const index = new Array<number>(shape.length).fill(0);
  const places = strides.map(() => 0);
  for (let left = sizeOf(shape); left > 0; left--) {
    visit(places);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      const wraps = next === shape[axis];
      index[axis] = wraps ? 0 : next;
      for (const [k, stride] of strides.entries())
        places[k] = (places[k] as number) + (wraps ? 1 - next : 1) * (stride[axis] as number);
      if (!wraps) break;
    }
  }
}

/** Strides that read a value as if it had been broadcast to a shape. */
function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const own = stridesOf(from);
  return to.map((extent, axis) => {
    const place = axis - (to.length - from.length);
    return place < 0 || (from[place] === 1 && extent !== 1) ? 0 : (own[place] as number);
  });
}

/** Elementwise, with broadcasting. */
function elementwise(f: (a: number, b: number, c: number) => number | boolean): Lower {
  return (inputs, operation, make) => {
    const shape = outShape(operation);
    const out = make(sizeOf(shape), (operation.outputs[0] as Tensor).dtype);
    let next = 0;
    walk(
      shape,
      inputs.map((input) => broadcastStrides(input.shape, shape)),
      (places) => {
        const [a, b, c] = inputs.map(({ values }, i) => at(values, places[i] as number));
        // An operand that an operation does not have is not asked for.
        out[next++] = Number(f(a as number, b as number, c as number));
      },
    );
    return out;
  };
}

/** Over axes that stay with extent 1. */
function reduction(start: number, fold: (before: number, x: number) => number): Lower<'sum' | 'max'> {
  return ([x], operation, make) => {
    const { shape, values } = x as ReferenceValue;
    const kept = outShape(operation);
    const totals = new Float64Array(sizeOf(kept)).fill(start);
    let next = 0;
    walk(shape, [broadcastStrides(kept, shape)], ([to]) => {
      totals[to as number] = fold(at(totals, to as number), at(values, next++));
    });
    const out = make(totals.length, (operation.outputs[0] as Tensor).dtype);
    out.set(totals);
    return out;
  };
}

/** Rows along the last axis. */
function byRow(f: (row: Float64Array) => ArrayLike<number>): Lower {
  return ([x], _operation, make) => {
    const { shape, values } = x as ReferenceValue;
    const width = shape.at(-1) ?? 1;
    const out = make(values.length, 'float32');
    for (let from = 0; from < values.length; from += width)
      out.set(f(Float64Array.from(values.subarray(from, from + width))), from);
    return out;
  };
}

/** Reads elements along strides, from a place on: slices, transposes and broadcasts. */
function view(
  x: ReferenceValue,
  shape: readonly number[],
  strides: readonly number[],
  begin: number,
  out: Numbers,
): Numbers {
  let next = 0;
  walk(shape, [strides], ([place]) => {
    out[next++] = at(x.values, begin + (place as number));
  });
  return out;
}

/** `x − ln Σ e^x` of a row; what all share is taken off first, or at −1e30 a logarithm of 3 would be lost in it. */
function logShares(row: Float64Array): Float64Array {
  const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const rest = Math.log(row.reduce((sum, x) => sum + Math.exp(x - most), 0));
  return row.map((x) => x - most - rest);
}

/** Checks numbers that say which rows or columns are taken. @throws {BackendError} naming the first that is out of range */
function checkIndices(what: string, values: Numbers, count: number): void {
  const wrong = values.findIndex((index) => !(index >= 0 && index < count));
  if (wrong >= 0)
    throw new BackendError(`${what}: number ${at(values, wrong)} at place ${wrong} is not in 0..${count - 1}.`);
}

const matmul: Lower<'matmul'> = ([a, b], operation, make) => {
  const { transposeA, transposeB } = operation.attributes;
  const [x, y] = [a as ReferenceValue, b as ReferenceValue];
  const shape = outShape(operation);
  const [rows, columns] = shape.slice(-2) as [number, number];
  const inner = x.shape.at(transposeA ? -2 : -1) as number;
  const out = make(sizeOf(shape), 'float32');
  const [rowA, innerA] = transposeA ? [1, rows] : [inner, 1];
  const [innerB, columnB] = transposeB ? [1, inner] : [columns, 1];
  for (let batch = 0; batch < sizeOf(shape.slice(0, -2)); batch++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let total = 0;
        for (let k = 0; k < inner; k++)
          total +=
            at(x.values, batch * rows * inner + i * rowA + k * innerA) *
            at(y.values, batch * inner * columns + k * innerB + j * columnB);
        out[(batch * rows + i) * columns + j] = total;
      }
  return out;
};

const adam: Lower<'adam'> = (inputs, { attributes }, make) => {
  const { rate, beta1Power, beta2Power, ...leaves } = adamOperands(inputs);
  const { epsilon, decay } = attributes;
  const { meanShare, varianceShare } = momentShares(attributes);
  const scalar = ({ values }: ReferenceValue) => at(values, 0);
  const root = Math.sqrt(1 - scalar(beta2Power));
  const scale = (scalar(rate) * root) / (1 - scalar(beta1Power));
  const count = leaves.parameter.values.length;
  const [parameter, mean, variance] = [make(count, 'float32'), make(count, 'float32'), make(count, 'float32')];
  for (let i = 0; i < count; i++) {
    const g = at(leaves.gradient.values, i);
    const m = at(leaves.mean.values, i);
    const v = at(leaves.variance.values, i);
    mean[i] = m + (g - m) * meanShare;
    variance[i] = v + (g * g - v) * varianceShare;
    parameter[i] =
      at(leaves.parameter.values, i) * (1 - scalar(rate) * decay) -
      (at(mean, i) * scale) / (Math.sqrt(at(variance, i)) + root * epsilon);
  }
  return [parameter, mean, variance];
};

const same: Lower = ([x]) => (x as ReferenceValue).values.slice();
const range = (numbers: readonly number[]) => (x: number) =>
  Math.min(Math.max(x, numbers[0] as number), numbers[1] as number);
const toInt32 = range([-(2 ** 31), 2 ** 31 - 1]);

/** Each primitive in plain TypeScript, as its formula reads. */
const table: PrimitiveTable<Entries> = {
  constant: (_inputs, { attributes: { value } }, make) => {
    const out = make(value.values.length, value.dtype);
    out.set(value.values);
    return out;
  },
  fill: (_inputs, operation, make) =>
    make(sizeOf(outShape(operation)), (operation.outputs[0] as Tensor).dtype).fill(operation.attributes.value),
  add: elementwise((a, b) => a + b),
  subtract: elementwise((a, b) => a - b),
  multiply: elementwise((a, b) => a * b),
  divide: elementwise((a, b) => a / b),
  maximum: elementwise((a, b) => Math.max(a, b)),
  minimum: elementwise((a, b) => Math.min(a, b)),
  equal: elementwise((a, b) => a === b),
  less: elementwise((a, b) => a < b),
  lessEqual: elementwise((a, b) => a <= b),
  greater: elementwise((a, b) => a > b),
  greaterEqual: elementwise((a, b) => a >= b),
  logicalAnd: elementwise((a, b) => a !== 0 && b !== 0),
  logicalOr: elementwise((a, b) => a !== 0 || b !== 0),
  logicalNot: elementwise((a) => a === 0),
  negate: elementwise((a) => -a),
  exp: elementwise((a) => Math.exp(a)),
  log: elementwise((a) => Math.log(a)),
  sqrt: elementwise((a) => Math.sqrt(a)),
  rsqrt: elementwise((a) => 1 / Math.sqrt(a)),
  square: elementwise((a) => a ** 2),
  tanh: elementwise((a) => Math.tanh(a)),
  sigmoid: elementwise((a) => 1 / (1 + Math.exp(-a))),
  softplus: elementwise((a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)))),
  erf: elementwise((a) => erf(a)),
  abs: elementwise((a) => Math.abs(a)),
  sign: elementwise((a) => Math.sign(a)),
  stopGradient: same,
  cast: (inputs, operation, make) => {
    const { dtype } = operation.outputs[0] as Tensor;
    const f = { float32: (a: number) => a, int32: (a: number) => toInt32(Math.trunc(a)), bool: (a: number) => a !== 0 }[
      dtype
    ];
    return elementwise(f)(inputs, operation, make);
  },
  where: elementwise((condition, a, b) => (condition !== 0 ? a : b)),
  sum: reduction(0, (before, x) => before + x),
  max: reduction(Number.NEGATIVE_INFINITY, Math.max),
  argMax: ([x], operation, make) => {
    const { shape, values } = x as ReferenceValue;
    const width = shape.at(-1) as number;
    const out = make(sizeOf(outShape(operation)), 'int32');
    for (let row = 0; row < out.length; row++)
      for (let i = 1; i < width; i++)
        if (at(values, row * width + i) > at(values, row * width + at(out, row))) out[row] = i;
    return out;
  },
  reshape: same,
  transpose: ([x], operation, make) => {
    const value = x as ReferenceValue;
    const strides = stridesOf(value.shape);
    const shape = outShape(operation);
    const turned = operation.attributes.order.map((axis) => strides[axis] as number);
    return view(value, shape, turned, 0, make(sizeOf(shape), value.dtype));
  },
  broadcastTo: ([x], operation, make) => {
    const value = x as ReferenceValue;
    const shape = outShape(operation);
    return view(value, shape, broadcastStrides(value.shape, shape), 0, make(sizeOf(shape), value.dtype));
  },
  slice: ([x], operation, make) => {
    const value = x as ReferenceValue;
    const strides = stridesOf(value.shape);
    const begin = operation.attributes.begin.reduce((sum, from, axis) => sum + from * (strides[axis] as number), 0);
    const shape = outShape(operation);
    return view(value, shape, strides, begin, make(sizeOf(shape), value.dtype));
  },
  pad: ([x], operation, make) => {
    const { shape, values, dtype } = x as ReferenceValue;
    const wide = outShape(operation);
    const strides = stridesOf(wide);
    const out = make(sizeOf(wide), dtype);
    const begin = operation.attributes.widths.reduce(
      (sum, [before], axis) => sum + before * (strides[axis] as number),
      0,
    );
    let next = 0;
    walk(shape, [strides], ([to]) => {
      out[begin + (to as number)] = at(values, next++);
    });
    return out;
  },
  concat: (inputs, operation, make) => {
    const shape = outShape(operation);
    const out = make(sizeOf(shape), (operation.outputs[0] as Tensor).dtype);
    const inner = sizeOf(shape.slice(operation.attributes.axis));
    let offset = 0;
    for (const { shape: own, values } of inputs) {
      const part = sizeOf(own.slice(operation.attributes.axis));
      for (let outer = 0; outer * part < values.length; outer++)
        out.set(values.subarray(outer * part, (outer + 1) * part), outer * inner + offset);
      offset += part;
    }
    return out;
  },
  matmul,
  bounded: ([asked], { attributes: { count } }, make) => {
    const { values } = asked as ReferenceValue;
    const [places, poison] = [make(values.length, 'int32'), make(values.length, 'float32')];
    for (const [i, place] of values.entries()) {
      places[i] = Math.max(0, Math.min(place, count - 1));
      poison[i] = places[i] === place ? 0 : Number.NaN;
    }
    return [places, poison];
  },
  gatherRows: ([table, indices], operation, make) => {
    const { shape, values, dtype } = table as ReferenceValue;
    const width = sizeOf(shape.slice(1));
    const out = make(sizeOf(outShape(operation)), dtype);
    checkIndices('gatherRows', (indices as ReferenceValue).values, shape[0] as number);
    for (const [i, row] of (indices as ReferenceValue).values.entries())
      out.set(values.subarray(row * width, (row + 1) * width), i * width);
    return out;
  },
  segmentSum: ([x, indices], operation, make) => {
    const { shape, values, dtype } = x as ReferenceValue;
    const width = sizeOf(shape.slice(1));
    checkIndices('segmentSum', (indices as ReferenceValue).values, operation.attributes.rows);
    const totals = new Float64Array(sizeOf(outShape(operation)));
    for (const [i, row] of (indices as ReferenceValue).values.entries())
      for (let j = 0; j < width; j++) totals[row * width + j] = at(totals, row * width + j) + at(values, i * width + j);
    const out = make(totals.length, dtype);
    out.set(totals);
    return out;
  },
  softmax: byRow((row) => logShares(row).map(Math.exp)),
  logSoftmax: byRow(logShares),
  pickColumns: ([x, labels], operation, make) => {
    const { shape, values } = x as ReferenceValue;
    const columns = shape[1] as number;
    checkIndices('pickColumns', (labels as ReferenceValue).values, columns);
    const out = make(sizeOf(outShape(operation)), 'float32');
    for (const [row, column] of (labels as ReferenceValue).values.entries())
      out[row] = at(values, row * columns + column);
    return out;
  },
  placeColumns: ([x, labels], operation, make) => {
    const { columns } = operation.attributes;
    checkIndices('placeColumns', (labels as ReferenceValue).values, columns);
    const out = make(sizeOf(outShape(operation)), 'float32');
    for (const [row, column] of (labels as ReferenceValue).values.entries())
      out[row * columns + column] = at((x as ReferenceValue).values, row);
    return out;
  },
  randomUniform: ([words], { attributes: { site, rows, width } }) =>
    philoxUniform((words as ReferenceValue).values, site, rows, width),
  randomNormal: ([words], { attributes: { site, rows, width } }) =>
    philoxNormal((words as ReferenceValue).values, site, rows, width),
  adam,
  after: same,
  recompute: (inputs, { attributes: { count } }) => inputs.slice(0, count).map(({ values }) => values.slice()),
};

/** Whether the reference has a primitive. */
export const referenceRuns = (name: PrimitiveName): boolean => Object.hasOwn(table, name);

/** Runs one primitive. @throws {BackendError} for a primitive it lacks, and for numbers of rows or columns out of range */
export function lowerToReference<P extends PrimitiveName>(
  inputs: readonly ReferenceValue[],
  operation: Operation<P>,
  precision: ReferencePrecision,
): ReferenceValue[] {
  const entries: Partial<Entries> = table;
  const lower = entries[operation.primitive.name];
  if (!lower)
    throw new BackendError(`'${operation.primitive.name}' cannot run here: the reference has no entry for it.`);
  const make = (count: number, dtype: DType): Numbers =>
    dtype === 'float32' && precision === 'float64' ? new Float64Array(count) : new hostArrays[dtype](count);
  const results = lower(inputs, operation, make);
  const list = ArrayBuffer.isView(results) ? [results] : results;
  return operation.outputs.map(({ shape, dtype }, i) => ({ shape, dtype, values: list[i] as Numbers }));
}
