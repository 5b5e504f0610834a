import {
  add,
  concat,
  divide,
  fillLike,
  type HostTensor,
  maximum,
  multiply,
  reshape,
  sizeOf,
  slice,
  type Tensor,
} from '@cloze/backend';
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

/** The sums emptied for the next step. */
const emptied = ({ sum, weight }: Accumulated<Tensor>): Accumulated<Tensor> => ({
  sum: mapLeaves(sum, (leaf) => fillLike(leaf, 0)),
  weight: fillLike(weight, 0),
});

/** The gradients of all microbatches together, and the emptied sums for the next step; weight 0 gives zeros. */
export function accumulatedGradients(accumulated: Accumulated<Tensor>): {
  readonly gradients: Leaves<Tensor>;
  readonly emptied: Accumulated<Tensor>;
} {
  const over = maximum(accumulated.weight, 1e-30);
  return {
    gradients: mapLeaves(accumulated.sum, (leaf) => divide(leaf, over)),
    emptied: emptied(accumulated),
  };
}

/** All sums in one row of numbers `[numbers]`, in the parameters' order, so that they can be exchanged at once; and the emptied sums. */
export function flatSums(
  accumulated: Accumulated<Tensor>,
  trained: Leaves<Tensor>,
): { readonly flat: Tensor; readonly emptied: Accumulated<Tensor> } {
  const parts = Object.keys(trained).map((path) => reshape(accumulated.sum[path] as Tensor, [-1]));
  return { flat: concat(parts, 0), emptied: emptied(accumulated) };
}

/** The gradients that sums in one row are, divided by their weight; weight 0 gives zeros. */
export function gradientsOfFlat(flat: Tensor, weight: Tensor, trained: Leaves<Tensor>): Leaves<Tensor> {
  const over = maximum(weight, 1e-30);
  let from = 0;
  return mapLeaves(trained, ({ shape }) => {
    const size = sizeOf(shape);
    const part = slice(flat, [from], [size]);
    from += size;
    return divide(reshape(part, shape), over);
  });
}
