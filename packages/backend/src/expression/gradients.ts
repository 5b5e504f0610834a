import { checkOptions, flag } from '@cloze/checks';
import { BackendError } from '../errors.ts';
import { add } from '../operations/elementwise.ts';
import { fillLike } from '../operations/leaves.ts';
import { sizeOf } from './host-tensors.ts';
import { reachable } from './reachable.ts';
import type { Operation, Tensor } from './tensor.ts';
import { isTensor } from './tensor.ts';
import { flattenTree, mapTree } from './tree.ts';

/**
 * Cotangents of tensors, given those of results: `Σ_r (∂r/∂x)ᵀ·r̄` for each x.
 *
 * @param seeds results and their cotangents @param order what lies between both, in an order of evaluation
 * @returns undefined for each of `wrt` on which no result depends
 */
export function pullBack(
  seeds: readonly (readonly [result: Tensor, cotangent: Tensor | undefined])[],
  wrt: readonly Tensor[],
  order: readonly Operation[],
): (Tensor | undefined)[] {
  const depends = new Set(wrt.map(({ operation }) => operation));
  for (const operation of order)
    if (operation.inputs.some((input) => depends.has(input.operation))) depends.add(operation);
  const cotangents = new Map<Tensor, Tensor>();
  const receive = (tensor: Tensor, cotangent: Tensor | undefined) => {
    if (!cotangent || !depends.has(tensor.operation)) return;
    const before = cotangents.get(tensor);
    cotangents.set(tensor, before ? add(before, cotangent) : cotangent);
  };
  for (const [result, cotangent] of seeds) receive(result, cotangent);
  for (const operation of order.toReversed()) {
    if (!operation.inputs.some((input) => depends.has(input.operation))) continue;
    const outgoing = operation.outputs.map((output) => cotangents.get(output));
    if (outgoing.every((cotangent) => cotangent === undefined)) continue;
    if (!operation.primitive.differentiate) {
      throw new BackendError(
        `gradients: '${operation.primitive.name}' has no derivative; wrap its input in stopGradient() if none is meant.`,
      );
    }
    const incoming = operation.primitive.differentiate(operation, outgoing);
    for (const [i, input] of operation.inputs.entries()) receive(input, incoming[i]);
  }
  return wrt.map((tensor) => cotangents.get(tensor));
}

/**
 * Derivatives of a scalar with respect to every leaf of a tree, as expressions, so they can be differentiated again.
 *
 * `∂loss/∂x` for each x; zeros where the loss does not depend on x.
 *
 * @param loss scalar, shape `[]`, float32
 * @param wrt tree of float32 tensors that occur in the expression (not only parameters: activations too)
 * @param options.some refuses a loss that depends on no leaf at all, which nothing could be learnt from; default false
 * @returns a tree of the type, nesting and shapes of `wrt`
 * @throws {BackendError} when the loss is no float32 scalar, depends on no leaf where one is asked for, or an operation on the way has no derivative
 */
export function gradients<S>(loss: Tensor, wrt: S, options: { readonly some?: boolean } = {}): S {
  checkOptions('gradients', options, { some: flag });
  if (loss.dtype !== 'float32' || sizeOf(loss.shape) !== 1) {
    throw new BackendError(
      `gradients: expected a float32 scalar loss, got ${loss.dtype} [${loss.shape}]; reduce it with sum() or mean().`,
    );
  }
  const leaves = flattenTree(wrt, isTensor).map(([, leaf]) => leaf);
  const found = pullBack([[loss, fillLike(loss, 1)]], leaves, reachable([loss]));
  if (options.some && !found.some((cotangent) => cotangent !== undefined))
    throw new BackendError(
      'gradients: the loss depends on none of the tensors it is to be derived by; look for a stopGradient() or a constant in their place.',
    );
  let next = 0;
  return mapTree(wrt, (leaf) => found[next++] ?? fillLike(leaf, 0), isTensor);
}
