import { add, divide, fillLike, type HostTensor, maximum, multiply, type Tensor } from '@cloze/backend';
import { type Leaves, mapLeaves, scalar, zeros } from '../optimisers/leaves.ts';

/** Weighted gradients of the microbatches so far; variables beside the parameters. */
export interface Accumulated<T> {
  readonly sum: Leaves<T>;
  readonly weight: T;
}

/** Zero sums for parameters. */
export const initialAccumulated = (parameters: Leaves<HostTensor>): Accumulated<HostTensor> => ({
  sum: mapLeaves(parameters, ({ shape }) => zeros(shape)),
  weight: scalar(0),
});

/**
 * Adds the gradients of one microbatch: `sum ← sum + w·g`, `weight ← weight + w`.
 *
 * @param weight float32 `[]`: what the microbatch's loss was divided by (masked positions, rows). With it, microbatches of unequal
 * weight give the large batch's gradient; a plain mean of means does not.
 */
export const accumulate = (
  { sum, weight: before }: Accumulated<Tensor>,
  gradients: Leaves<Tensor>,
  weight: Tensor,
): Accumulated<Tensor> => ({
  sum: mapLeaves(gradients, (gradient, path) => add(sum[path] as Tensor, multiply(gradient, weight))),
  weight: add(before, weight),
});

/** The gradients of all microbatches together, and the emptied sums for the next step; weight 0 gives zeros. */
export function accumulatedGradients({ sum, weight }: Accumulated<Tensor>): {
  readonly gradients: Leaves<Tensor>;
  readonly emptied: Accumulated<Tensor>;
} {
  const over = maximum(weight, 1e-30);
  return {
    gradients: mapLeaves(sum, (leaf) => divide(leaf, over)),
    emptied: { sum: mapLeaves(sum, (leaf) => fillLike(leaf, 0)), weight: fillLike(weight, 0) },
  };
}
