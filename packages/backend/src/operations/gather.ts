import { BackendError } from '../errors.ts';
import { sizeOf } from '../expression/host-tensors.ts';
import { type Primitive, recordOne, type Tensor } from '../expression/tensor.ts';
import { reshape } from './shape.ts';

const gatherPrimitive: Primitive<'gatherRows'> = {
  name: 'gatherRows',
  differentiate: ({ inputs }, [dy]) => {
    const [table, indices] = inputs as [Tensor, Tensor];
    return [segmentSum(dy as Tensor, indices, table.shape[0] as number), undefined];
  },
};

/**
 * Rows of a table by number: `out[i] = table[indices[i]]`.
 *
 * @param table `[rows, ...]` @param indices int32 of any shape, each in 0..rows−1 @returns `[...indices.shape, ...]`
 */
export function gatherRows(table: Tensor, indices: Tensor): Tensor {
  if (indices.dtype !== 'int32') throw new BackendError(`gatherRows: expected int32 indices, got ${indices.dtype}.`);
  const flat = reshape(indices, [sizeOf(indices.shape)]);
  const rest = table.shape.slice(1);
  const rows = recordOne(gatherPrimitive, [table, flat], { shape: [...flat.shape, ...rest], dtype: table.dtype });
  return reshape(rows, [...indices.shape, ...rest]);
}

const segmentSumPrimitive: Primitive<'segmentSum'> = {
  name: 'segmentSum',
  differentiate: ({ inputs }, [dy]) => [gatherRows(dy as Tensor, inputs[1] as Tensor), undefined],
};

/**
 * Adds rows that share a number: `out[r] = Σ_{i: indices[i] = r} x[i]`; the transpose of `gatherRows`.
 *
 * @param x `[count, ...]` @param indices int32 `[count]` @param rows extent of the result's first axis
 */
export function segmentSum(x: Tensor, indices: Tensor, rows: number): Tensor {
  if (indices.shape.length !== 1 || indices.shape[0] !== x.shape[0]) {
    throw new BackendError(
      `segmentSum: indices [${indices.shape}] must number the ${x.shape[0]} rows of [${x.shape}].`,
    );
  }
  return recordOne(segmentSumPrimitive, [x, indices], { shape: [rows, ...x.shape.slice(1)], dtype: x.dtype }, { rows });
}
