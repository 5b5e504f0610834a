import type { Tensor } from '../expression/tensor.ts';
import { add, multiply, rsqrt, square, subtract } from '../operations/elementwise.ts';
import { mean } from '../operations/reductions.ts';

/** Scale and, if present, offset of a layer norm, both `[width]`. */
export interface NormParameters {
  readonly scale: Tensor;
  readonly offset?: Tensor | undefined;
}

/** `(x − mean)/√(variance + ε)·scale + offset` over the last axis, biased variance (Ba, Kiros, Hinton 2016). ε defaults to 1e-12. */
export function layerNorm(x: Tensor, { scale, offset }: NormParameters, epsilon = 1e-12): Tensor {
  const centred = subtract(x, mean(x, { axes: -1, keep: true }));
  const variance = mean(square(centred), { axes: -1, keep: true });
  const scaled = multiply(multiply(centred, rsqrt(add(variance, epsilon))), scale);
  return offset ? add(scaled, offset) : scaled;
}
