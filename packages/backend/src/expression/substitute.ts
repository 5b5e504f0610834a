import { BackendError } from '../errors.ts';
import { reachable } from './reachable.ts';
import { isTensor, record, type Tensor } from './tensor.ts';
import { flattenTree, mapTree } from './tree.ts';

/**
 * The same expressions with some of their tensors replaced: a function at another point, a constant in place of a computation.
 *
 * What does not depend on a replaced tensor is shared, not built again.
 *
 * @param outputs a tree of tensors @param replacements what stands in for each tensor, of the same shape and type
 * @throws {BackendError} naming every replacement of another shape or type
 */
export function substitute<S>(outputs: S, replacements: ReadonlyMap<Tensor, Tensor>): S {
  const wrong = [...replacements].filter(([a, b]) => a.shape.join() !== b.shape.join() || a.dtype !== b.dtype);
  if (wrong.length > 0)
    throw new BackendError(
      `substitute: ${wrong.map(([a, b]) => `${b.dtype} [${b.shape}] cannot stand for ${a.dtype} [${a.shape}]`).join('; ')}.`,
    );
  const current = new Map(replacements);
  const currentOf = (tensor: Tensor) => current.get(tensor) ?? tensor;
  const leaves = flattenTree(outputs, isTensor).map(([, tensor]) => tensor);
  for (const { primitive, inputs, outputs: before, attributes } of reachable(leaves, (x) => !replacements.has(x))) {
    if (!inputs.some((input) => current.has(input))) continue;
    const after = record(primitive, inputs.map(currentOf), before, attributes);
    for (const [i, tensor] of before.entries()) if (!current.has(tensor)) current.set(tensor, after[i] as Tensor);
  }
  return mapTree(outputs, currentOf, isTensor);
}
