import type { Operation, Tensor } from './tensor.ts';

/** Operations that outputs need, in an order of evaluation; the walk follows the tensors that it is allowed to, by default all. */
export function reachable(outputs: readonly Tensor[], follows: (tensor: Tensor) => boolean = () => true): Operation[] {
  const seen = new Set<Operation>();
  const pending: Operation[] = [];
  const follow = (tensor: Tensor) => {
    if (follows(tensor)) pending.push(tensor.operation);
  };
  outputs.forEach(follow);
  for (let operation = pending.pop(); operation; operation = pending.pop()) {
    if (seen.has(operation)) continue;
    seen.add(operation);
    operation.inputs.forEach(follow);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}
