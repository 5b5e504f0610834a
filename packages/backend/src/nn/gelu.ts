import type { Tensor } from '../expression/tensor.ts';
import { add, erf, multiply } from '../operations/elementwise.ts';

/** Gaussian error linear unit, exact form `x·Φ(x) = x/2·(1 + erf(x/√2))` (Hendrycks and Gimpel 2016). */
export function gelu(x: Tensor): Tensor {
  return multiply(multiply(x, 0.5), add(erf(multiply(x, Math.SQRT1_2)), 1));
}
