import { BackendError } from '../errors.ts';
import { add } from '../operations/elementwise.ts';
import { fillLike } from '../operations/leaves.ts';
import { sizeOf } from './host-tensors.ts';
import { reachable } from './reachable.ts';
import type { Operation, Tensor } from './tensor.ts';
import { isTensor } from './tensor.ts';
import { flattenTree, mapTree } from './tree.ts';

/**
 * Derivatives of a scalar with respect to every leaf of a tree, as expressions, so they can be differentiated again.
 *
 * `∂loss/∂x` for each x; zeros where the loss does not depend on x.
 *
 * @param loss scalar, shape `[]`, float32
 * @param wrt tree of float32 tensors that occur in the expression (not only parameters: activations too)
 * @returns a tree of the type, nesting and shapes of `wrt`
 * @throws {BackendError} when the loss is no float32 scalar, or an operation on the way has no derivative
 */
export function gradients<S>(loss: Tensor, wrt: S): S {
  if (loss.dtype !== 'float32' || sizeOf(loss.shape) !== 1) {
    throw new BackendError(
      `gradients: expected a float32 scalar loss, got ${loss.dtype} [${loss.shape}]; reduce it with sum() or mean().`,
    );
  }
  const leaves = flattenTree(wrt, isTensor).map(([, leaf]) => leaf);
  const wanted = new Set(leaves.map((leaf) => leaf.operation));
  const order = reachable([loss]);
  const depends = new Set<Operation>();
  for (const operation of order) {
    if (wanted.has(operation) || operation.inputs.some((input) => depends.has(input.operation))) depends.add(operation);
  }
  const cotangents = new Map<Tensor, Tensor>([[loss, fillLike(loss, 1)]]);
  for (const operation of order.reverse()) {
    if (!depends.has(operation)) continue;
    const outgoing = operation.outputs.map((output) => cotangents.get(output));
    if (outgoing.every((cotangent) => cotangent === undefined)) continue;
    if (!operation.inputs.some((input) => depends.has(input.operation))) continue;
    const { differentiate } = operation.primitive;
    if (!differentiate) {
      throw new BackendError(
        `gradients: '${operation.primitive.name}' has no derivative; wrap its input in stopGradient() if none is meant.`,
      );
    }
    const incoming = differentiate(operation, outgoing);
    for (const [i, input] of operation.inputs.entries()) {
      const cotangent = incoming[i];
      if (!cotangent || !depends.has(input.operation)) continue;
      const before = cotangents.get(input);
      cotangents.set(input, before ? add(before, cotangent) : cotangent);
    }
  }
  return mapTree(wrt, (leaf) => cotangents.get(leaf) ?? fillLike(leaf, 0), isTensor);
}
