import type { Tensor } from './tensor.ts';

/** One parameter, its two moments and its gradient, all of one shape. */
export interface AdamOperands<T = Tensor> {
  readonly parameter: T;
  readonly mean: T;
  readonly variance: T;
  readonly gradient: T;
  /** float32 `[]`: the learning rate of this step. */
  readonly rate: T;
  /** float32 `[]`: β₁ᵗ and β₂ᵗ at this step t = 1, 2, … */
  readonly beta1Power: T;
  readonly beta2Power: T;
}

/** The order in which the primitive `adam` takes its operands; the first three are also what it results in. */
export const adamOrder = ['parameter', 'mean', 'variance', 'gradient', 'rate', 'beta1Power', 'beta2Power'] as const;

/** The primitive's operands, or an engine's values of them, by name. */
export const adamOperands = <T>(inOrder: readonly T[]): AdamOperands<T> =>
  Object.fromEntries(adamOrder.map((name, i) => [name, inOrder[i]])) as { [Name in keyof AdamOperands]: T };
