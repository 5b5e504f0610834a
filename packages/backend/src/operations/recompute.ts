import { pullBack } from '../expression/gradients.ts';
import { reachable } from '../expression/reachable.ts';
import { isTensor, nextId, type Primitive, record, recordOne, type Tensor } from '../expression/tensor.ts';
import { flattenTree, mapTree } from '../expression/tree.ts';

const afterPrimitive: Primitive<'after'> = { name: 'after', differentiate: (_operation, [dy]) => [dy] };

/** The same value, but not before others are known: what hangs on it cannot be merged with what hangs on `x` itself. */
const after = (x: Tensor, others: readonly Tensor[]): Tensor =>
  recordOne(afterPrimitive, [x, ...others], { shape: x.shape, dtype: x.dtype });

/** Records what lies between tensors and results again, over other tensors in their place. */
function replay(results: readonly Tensor[], instead: ReadonlyMap<Tensor, Tensor>): Tensor[] {
  const again = new Map(instead);
  const of = (tensor: Tensor) => again.get(tensor) ?? tensor;
  for (const { primitive, inputs, attributes, outputs } of reachable(results, (tensor) => !instead.has(tensor))) {
    // Constants are no activations.
    if (inputs.length === 0) continue;
    const copies = record(primitive, inputs.map(of), outputs, attributes);
    for (const [i, output] of outputs.entries()) again.set(output, copies[i] as Tensor);
  }
  return results.map(of);
}

const recomputePrimitive: Primitive<'recompute'> = {
  name: 'recompute',
  differentiate: ({ inputs, attributes: { count } }, cotangents) => {
    const [results, taken] = [inputs.slice(0, count), inputs.slice(count)];
    const incoming = cotangents.filter((cotangent) => cotangent !== undefined);
    const late = taken.map((tensor) => after(tensor, incoming));
    const again = replay(results, new Map(taken.map((tensor, i) => [tensor, late[i] as Tensor])));
    const [ends, seeds] = [new Set(late), again.map((result, i) => [result, cotangents[i]] as const)];
    const order = reachable(again, (tensor) => !ends.has(tensor));
    return [...results.map(() => undefined), ...pullBack(seeds, late, order)];
  },
};

/**
 * What a block gives, without keeping what it computes on the way for the backward pass, where it is computed again.
 *
 * Values and derivatives of every order are those of `block()`, numbers drawn by a key the same to the bit. Only what stands between blocks
 * is kept, for about a third more time in a training step (Chen et al. 2016, "Training deep nets with sublinear memory cost"). A placement
 * with `xla` may merge both computations again.
 *
 * @param block makes its tensors from any that were there before; what it hands out other than by its result is kept
 * @returns a tree like `block()`'s
 */
export function recompute<O>(block: () => O): O {
  const first = nextId();
  const outputs = block();
  const results = flattenTree(outputs, isTensor).map(([, tensor]) => tensor);
  const isOwn = ({ operation }: Tensor) => operation.id >= first;
  const used = [...results, ...reachable(results, isOwn).flatMap(({ inputs }) => inputs)];
  const taken = [...new Set(used.filter((tensor) => !isOwn(tensor)))];
  const given = record(recomputePrimitive, [...results, ...taken], results, { count: results.length });
  let next = 0;
  return mapTree(outputs, () => given[next++] as Tensor, isTensor);
}
