import { sizeOf } from '../expression/host-tensors.ts';
import type { Operation, Tensor } from '../expression/tensor.ts';
import { cheap, isFree } from './fusible.ts';

/** A connected stretch of fusible operations, the tensors it takes from elsewhere and those that others take from it. */
export interface Stretch {
  readonly kind: 'stretch';
  readonly operations: readonly Operation[];
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** A tensor counts as large from this share of the stretch's largest on; means over a width do not. */
const largeShare = 1 / 16;
/** A chain longer than this costs more to compute again than to store and read. */
const longestChain = 16;

/**
 * Leaves out of a stretch what nobody needs, and takes in what is cheaper to compute again than to store and read.
 *
 * An input that another stretch makes by a short chain of cheap operations is made here again if the chain starts at tensors that are
 * taken anyway, are small, or at one large tensor that stands in memory anyway.
 *
 * @param operations fusible neighbours in an order of evaluation @param demanded what anything later takes
 * @param joins whether an operation belongs to some stretch
 */
export function settleStretch(
  operations: readonly Operation[],
  demanded: ReadonlySet<Tensor>,
  joins: (operation: Operation) => boolean,
): Stretch {
  const outputs = operations.flatMap((operation) => operation.outputs.filter((output) => demanded.has(output)));
  const own = new Set(operations);
  const live = new Set<Operation>();
  const inputs = new Set<Tensor>();
  const pending = outputs.map(({ operation }) => operation);
  for (let operation = pending.pop(); operation; operation = pending.pop()) {
    if (live.has(operation)) continue;
    live.add(operation);
    for (const input of operation.inputs) {
      if (own.has(input.operation)) pending.push(input.operation);
      else if (!isFree(input.operation)) inputs.add(input);
    }
  }
  const large = [...inputs, ...outputs].reduce((most, { shape }) => Math.max(most, sizeOf(shape)), 0) * largeShare;
  for (const input of [...inputs].sort((a, b) => b.operation.id - a.operation.id)) {
    if (!joins(input.operation)) continue;
    const chain = new Set<Operation>();
    const starts = new Set<Tensor>();
    const reaches = (tensor: Tensor): boolean => {
      const { operation } = tensor;
      if (isFree(operation) || chain.has(operation) || live.has(operation)) return true;
      if ((tensor !== input && inputs.has(tensor)) || !joins(operation)) {
        starts.add(tensor);
        return true;
      }
      if (!cheap.has(operation.primitive.name)) {
        starts.add(tensor);
        return sizeOf(tensor.shape) <= large;
      }
      chain.add(operation);
      return chain.size <= longestChain && operation.inputs.every(reaches);
    };
    if (!reaches(input)) continue;
    const added = [...starts].filter((tensor) => !inputs.has(tensor) && sizeOf(tensor.shape) > large);
    if (added.length > 1) continue;
    inputs.delete(input);
    for (const operation of chain) live.add(operation);
    for (const tensor of starts) inputs.add(tensor);
  }
  return { kind: 'stretch', operations: [...live].sort((a, b) => a.id - b.id), inputs: [...inputs], outputs };
}
