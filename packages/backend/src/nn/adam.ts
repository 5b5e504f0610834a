import { type AdamOperands, adamOrder } from '../expression/adam-operands.ts';
import { type Primitive, record, type Tensor } from '../expression/tensor.ts';

const adamPrimitive: Primitive<'adam'> = { name: 'adam' };

/** Adam's constants. */
export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled decay: the parameter is first multiplied by `1 − rate·decay`; 0 is plain Adam. */
  readonly decay: number;
}

/**
 * AdamW on one parameter: `p ← p(1 − ηλ)`, `m ← β₁m + (1−β₁)g`, `v ← β₂v + (1−β₂)g²`, `p ← p − η·m̂/(√v̂ + ε)`.
 *
 * Loshchilov and Hutter 2019; one in-place kernel on TensorFlow when the operands are variables.
 */
export function adamStep(
  operands: AdamOperands,
  options: AdamOptions,
): { parameter: Tensor; mean: Tensor; variance: Tensor } {
  const { shape, dtype } = operands.parameter;
  const spec = { shape, dtype };
  const inOrder = adamOrder.map((name) => operands[name]);
  const [parameter, mean, variance] = record(adamPrimitive, inOrder, [spec, spec, spec], { ...options });
  return { parameter: parameter as Tensor, mean: mean as Tensor, variance: variance as Tensor };
}
