import { maximum, multiply, rsqrt, square, sum, type Tensor } from '@cloze/backend';

/** Each row divided by its length, `[rows, width]`; a zero row stays zero. @internal */
export function unitRows(x: Tensor): Tensor {
  return multiply(x, rsqrt(maximum(sum(square(x), { axes: -1, keep: true }), 1e-16)));
}
