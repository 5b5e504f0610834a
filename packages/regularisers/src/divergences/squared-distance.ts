import { square, subtract, sum, type Tensor } from '@cloze/backend';

/** `Σ (p − q)²` over the last axis, of numbers `[rows, outputs]` → `[rows]`; `[rows]` stays, one number a row. */
export function squaredDistance(p: Tensor, q: Tensor): Tensor {
  const squares = square(subtract(p, q));
  return squares.shape.length < 2 ? squares : sum(squares, { axes: -1 });
}
