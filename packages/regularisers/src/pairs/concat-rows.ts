import { concat, flattenTree, isTensor, mapTree, type Tensor } from '@cloze/backend';

/**
 * Batches below one another, tensor by tensor; scalars are the first one's. @throws {RangeError} naming tensors that not all of them have
 *
 * @internal
 */
export function concatRows<B>(batches: readonly B[]): B {
  const leaves = batches.map((batch) => new Map(flattenTree(batch, isTensor)));
  const names = new Set(leaves.flatMap((tree) => [...tree.keys()]));
  const partial = [...names].filter((name) => leaves.some((tree) => !tree.has(name)));
  if (partial.length > 0)
    throw new RangeError(`Batches are joined tensor by tensor, but not all of them have ${partial.join(', ')}.`);
  return mapTree(
    batches[0] as B,
    (x, path) => (x.shape.length === 0 ? x : concat(leaves.map((tree) => tree.get(path) as Tensor))),
    isTensor,
  );
}
