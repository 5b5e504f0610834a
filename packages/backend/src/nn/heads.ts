import { BackendError } from '../errors.ts';
import type { Tensor } from '../expression/tensor.ts';
import { reshape, transpose } from '../operations/shape.ts';

/** `[batch, length, width]` → `[batch, heads, length, width / heads]`. @throws {BackendError} when the heads do not divide the width */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  if (x.shape.length !== 3 || width % heads !== 0)
    throw new BackendError(
      `splitHeads: expected [batch, length, width] with a width ${heads} divides, got [${x.shape}].`,
    );
  return transpose(reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** `[batch, heads, length, features]` → `[batch, length, heads × features]`, the inverse of `splitHeads`. */
export function mergeHeads(x: Tensor): Tensor {
  const [batch, heads, length, features] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, length, heads * features]);
}
