import { checkOptions, flag } from '@cloze/checks';
import { BackendError } from '../errors.ts';
import { sizeOf } from '../expression/host-tensors.ts';
import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';
import { bounded, isKnown } from './bounded.ts';
import { add } from './elementwise.ts';
import { fill } from './leaves.ts';
import { reshape } from './shape.ts';
import { sum } from './sum-and-broadcast.ts';

const gatherPrimitive: Primitive<'gatherRows'> = {
  name: 'gatherRows',
  differentiate: ({ inputs }, [dy]) => {
    const [table, indices] = inputs as [Tensor, Tensor];
    return [sumSegments(dy as Tensor, indices, table.shape[0] as number), undefined];
  },
};

/** Rows by numbers that lie within. */
const pickRows = (table: Tensor, indices: Tensor): Tensor =>
  recordOne(gatherPrimitive, [table, indices], {
    shape: [...indices.shape, ...table.shape.slice(1)],
    dtype: table.dtype,
  });

/** How rows are looked up. */
export interface GatherOptions {
  /** Whether the indices are known to lie within, so that nobody looks: those that `bounded` gave, or a program made. Default false. */
  readonly within?: boolean;
}

/**
 * Rows of a table by number: `out[i] = table[indices[i]]`; a number outside gives a row of NaN, the same on every engine.
 *
 * @param table `[rows, ...]` @param indices int32 of any shape, each in 0..rows−1 @returns `[...indices.shape, ...]`
 * @throws {BackendError} for indices of another type, a constant among them that lies outside, or a table that is not float32, which has no NaN
 * to answer with, unless the indices are known to lie `within`
 */
export function gatherRows(table: Tensor, indices: Tensor, options: GatherOptions = {}): Tensor {
  checkOptions('gatherRows', options, { within: flag });
  const { within = false } = options;

  const [rows = 0, ...rest] = table.shape;
  const flat = reshape(indices, [sizeOf(indices.shape)]);
  const shape = [...indices.shape, ...rest];
  const { places, poison } = within ? { places: flat, poison: undefined } : bounded(flat, rows, 'gatherRows');
  const found = pickRows(table, places);
  if (!poison || isKnown(flat)) return reshape(found, shape);
  if (table.dtype !== 'float32')
    throw new BackendError(
      `gatherRows: a table of ${table.dtype} has no NaN for an index outside; say { within: true } where the indices are sure to lie within.`,
    );
  return reshape(add(found, reshape(poison, [...poison.shape, ...rest.map(() => 1)])), shape);
}

const segmentSumPrimitive: Primitive<'segmentSum'> = {
  name: 'segmentSum',
  differentiate: ({ inputs }, [dy]) => [pickRows(dy as Tensor, inputs[1] as Tensor), undefined],
};

/** Sums by numbers that lie within. */
const sumSegments = (x: Tensor, indices: Tensor, rows: number): Tensor =>
  recordOne(segmentSumPrimitive, [x, indices], { shape: [rows, ...x.shape.slice(1)], dtype: x.dtype }, { rows });

/**
 * Adds rows that share a number: `out[r] = Σ_{i: indices[i] = r} x[i]`; the transpose of `gatherRows`. With a number outside every sum is NaN.
 *
 * @param x float32 `[count, ...]` @param indices int32 `[count]`, each in 0..rows−1 @param rows extent of the result's first axis
 * @throws {BackendError} for indices of another type or shape, or a constant among them that lies outside
 */
export function segmentSum(x: Tensor, indices: Tensor, rows: number): Tensor {
  if (indices.shape.length !== 1 || indices.shape[0] !== x.shape[0]) {
    throw new BackendError(
      `segmentSum: indices [${indices.shape}] must number the ${x.shape[0]} rows of [${x.shape}].`,
    );
  }
  const { places, poison } = bounded(indices, rows, 'segmentSum');
  const sums = sumSegments(x, places, rows);
  return isKnown(indices) ? sums : add(sums, sizeOf(poison.shape) === 0 ? fill([], 0) : sum(poison));
}
