import type { Operation, Tensor } from '../expression/tensor.ts';

/** Uniform numbers of which all that is asked is whether each reaches a threshold: a dropout's mask. */
export interface Draw {
  readonly kind: 'draw';
  readonly uniform: Operation;
  readonly threshold: number;
  readonly mask: Tensor;
}

/** The draws of a computation, by the operation that draws; uniform numbers with any other use are not among them. */
export function drawsIn(order: readonly Operation[], wanted: ReadonlySet<Tensor>): Map<Operation, Draw> {
  const users = new Map<Tensor, Operation[]>();
  for (const operation of order) {
    for (const input of operation.inputs) {
      if (input.operation.primitive.name !== 'randomUniform') continue;
      const list = users.get(input);
      if (list) list.push(operation);
      else users.set(input, [operation]);
    }
  }
  const found = new Map<Operation, Draw>();
  for (const [numbers, [user, ...others]] of users) {
    if (!user || others.length > 0 || wanted.has(numbers)) continue;
    const [left, right] = user.inputs as [Tensor, Tensor];
    if (user.primitive.name !== 'greaterEqual' || left !== numbers || right.operation.primitive.name !== 'fill')
      continue;
    found.set(numbers.operation, {
      kind: 'draw',
      uniform: numbers.operation,
      threshold: right.operation.attributes.value as number,
      mask: user.outputs[0] as Tensor,
    });
  }
  return found;
}
