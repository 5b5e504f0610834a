import {
  add,
  divide,
  fillLike,
  flattenTree,
  type HostTensor,
  isHostTensor,
  isTensor,
  mapTree,
  maximum,
  multiply,
  type Tensor,
} from '@cloze/backend';
import { scalar, zeros } from '../optimisers/leaf-by-leaf.ts';

/** Weighted gradients so far; variables beside the parameters. */
export interface Accumulated<P, T> {
  readonly sum: P;
  readonly weight: T;
}

/** Zero sums for a tree of parameters. */
export function initialAccumulated<P>(parameters: P): Accumulated<P, HostTensor> {
  return { sum: mapTree(parameters, ({ shape }) => zeros(shape), isHostTensor), weight: scalar(0) };
}

/**
 * Adds the gradients of one part of a batch: `sum ← sum + w·g`, `weight ← weight + w`.
 *
 * @param weight float32 `[]`: what the part's loss was divided by (masked positions, rows). With it, parts of unequal weight
 * give the large batch's gradient; a plain mean of means does not.
 */
export function accumulate<P>(
  accumulated: Accumulated<P, Tensor>,
  gradients: unknown,
  weight: Tensor,
): Accumulated<P, Tensor> {
  const slopes = new Map(flattenTree(gradients, isTensor));
  return {
    sum: mapTree(accumulated.sum, (sum, path) => add(sum, multiply(slopes.get(path) as Tensor, weight)), isTensor),
    weight: add(accumulated.weight, weight),
  };
}

/** The gradients of all parts together, and the emptied sums for the next step; weight 0 gives zeros. */
export function accumulatedGradients<P>({ sum, weight }: Accumulated<P, Tensor>): {
  gradients: P;
  emptied: Accumulated<P, Tensor>;
} {
  const over = maximum(weight, 1e-30);
  return {
    gradients: mapTree(sum, (leaf) => divide(leaf, over), isTensor),
    emptied: { sum: mapTree(sum, (leaf) => fillLike(leaf, 0), isTensor), weight: fillLike(weight, 0) },
  };
}
