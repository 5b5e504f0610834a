import type { Tensor } from '../expression/tensor.ts';
import { add } from '../operations/elementwise.ts';
import { matmul } from '../operations/matmul.ts';
import { reshape } from '../operations/shape.ts';

/** Weights of a linear map: `kernel` `[in, out]` and, if present, `bias` `[out]`. */
export interface LinearParameters {
  readonly kernel: Tensor;
  readonly bias?: Tensor | undefined;
}

/** `x·kernel + bias` over the last axis: `[..., in]` → `[..., out]`. */
export function linear(x: Tensor, { kernel, bias }: LinearParameters): Tensor {
  const flat = reshape(x, [-1, kernel.shape[0] as number]);
  const product = matmul(flat, kernel);
  return reshape(bias ? add(product, bias) : product, [...x.shape.slice(0, -1), kernel.shape[1] as number]);
}
