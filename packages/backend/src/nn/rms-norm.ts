import type { Tensor } from '../expression/tensor.ts';
import { add, multiply, rsqrt, square } from '../operations/elementwise.ts';
import { mean } from '../operations/reductions.ts';
import type { NormParameters } from './layer-norm.ts';

/** `x/√(mean(x²) + ε)·scale + offset` over the last axis (Zhang, Sennrich 2019); the offset where there is one. ε defaults to 1e-6. */
export function rmsNorm(x: Tensor, { scale, offset }: NormParameters, epsilon = 1e-6): Tensor {
  const size = mean(square(x), { axes: -1, keep: true });
  const scaled = multiply(multiply(x, rsqrt(add(size, epsilon))), scale);
  return offset ? add(scaled, offset) : scaled;
}
