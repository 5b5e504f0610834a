import {
  add,
  divide,
  fillLike,
  flattenTree,
  type HostTensor,
  type MapTree,
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
export function initialAccumulated<P>(parameters: P): Accumulated<MapTree<P, HostTensor>, HostTensor> {
  return { sum: mapTree(parameters, ({ shape }: HostTensor) => zeros(shape)), weight: scalar(0) };
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
): Accumulated<MapTree<P, Tensor>, Tensor> {
  const slopes = new Map(flattenTree<Tensor>(gradients as never));
  return {
    sum: mapTree(accumulated.sum, (sum: Tensor, path) => add(sum, multiply(slopes.get(path) as Tensor, weight))),
    weight: add(accumulated.weight, weight),
  };
}

/** The gradients of all parts together, and the emptied sums for the next step; weight 0 gives zeros. */
export function accumulatedGradients<P>({ sum, weight }: Accumulated<P, Tensor>): {
  gradients: MapTree<P, Tensor>;
  emptied: Accumulated<MapTree<P, Tensor>, Tensor>;
} {
  const over = maximum(weight, 1e-30);
  return {
    gradients: mapTree(sum, (leaf: Tensor) => divide(leaf, over)),
    emptied: { sum: mapTree(sum, (leaf: Tensor) => fillLike(leaf, 0)), weight: fillLike(weight, 0) },
  };
}
