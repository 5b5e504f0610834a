import { isA, type Operation, type Tensor } from '../expression/tensor.ts';

/** Uniform numbers of which all that is asked is whether each reaches a threshold: a dropout's mask. */
export interface Draw {
  readonly kind: 'draw';
  readonly uniform: Operation<'randomUniform'>;
  readonly threshold: number;
  readonly mask: Tensor;
}

/** The draws of a computation, by the operation that draws; uniform numbers with any other use are not among them. */
export function drawsIn(order: readonly Operation[], wanted: ReadonlySet<Tensor>): Map<Operation, Draw> {
  const users = new Map<Tensor, Operation[]>();
  for (const operation of order) {
    for (const input of operation.inputs) {
      if (!isA(input.operation, 'randomUniform')) continue;
      const list = users.get(input);
      if (list) list.push(operation);
      else users.set(input, [operation]);
    }
  }
  const found = new Map<Operation, Draw>();
  for (const [numbers, [user, ...others]] of users) {
    if (!user || others.length > 0 || wanted.has(numbers)) continue;
    const [left, right] = user.inputs as [Tensor, Tensor];
    const { operation: uniform } = numbers;
    const { operation: limit } = right;
    if (!isA(uniform, 'randomUniform') || !isA(user, 'greaterEqual') || left !== numbers || !isA(limit, 'fill'))
      continue;
    found.set(uniform, {
      kind: 'draw',
      uniform,
      threshold: limit.attributes.value,
      mask: user.outputs[0] as Tensor,
    });
  }
  return found;
}
