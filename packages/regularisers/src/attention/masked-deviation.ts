import { add, divide, maximum, multiply, sqrt, square, subtract, sum, type Tensor } from '@cloze/backend';

/**
 * `√(Σ m(x − μ)²/(Σm − correction) + ε)` over an axis, μ the mean where the mask m is 1; the axis stays with extent 1.
 *
 * ε stands inside the root: at equal values the slope is 0 there, not infinite. @internal
 */
export function maskedDeviation(
  x: Tensor,
  mask: Tensor,
  { axis, correction, epsilon }: { readonly axis: number; readonly correction: 0 | 1; readonly epsilon: number },
): Tensor {
  const over = { axes: axis, keep: true };
  const count = sum(mask, over);
  const centre = divide(sum(multiply(x, mask), over), maximum(count, 1));
  const squares = sum(multiply(square(subtract(x, centre)), mask), over);
  return sqrt(add(divide(squares, maximum(subtract(count, correction), 1)), epsilon));
}
