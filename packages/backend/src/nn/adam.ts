import { type Primitive, record, type Tensor } from '../expression/tensor.ts';

const adamPrimitive: Primitive<'adam'> = { name: 'adam' };

/** One parameter, its two moments and its gradient, all of one shape. */
export interface AdamOperands {
  readonly parameter: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly gradient: Tensor;
  /** float32 `[]`: the learning rate of this step. */
  readonly rate: Tensor;
  /** float32 `[]`: β₁ᵗ and β₂ᵗ at this step t = 1, 2, … */
  readonly beta1Power: Tensor;
  readonly beta2Power: Tensor;
}

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
  const { parameter, mean, variance, gradient, rate, beta1Power, beta2Power } = operands;
  const spec = { shape: parameter.shape, dtype: parameter.dtype };
  const [p, m, v] = record(
    adamPrimitive,
    [parameter, mean, variance, gradient, rate, beta1Power, beta2Power],
    [spec, spec, spec],
    { ...options },
  );
  return { parameter: p as Tensor, mean: m as Tensor, variance: v as Tensor };
}
