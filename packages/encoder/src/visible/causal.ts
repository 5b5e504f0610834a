import { constant, logicalAnd, reshape, type Tensor } from '@cloze/backend';

/** Left to right: position i sees real positions j ≤ i. `[batch, length]` bool → bool `[batch, 1, length, length]` */
export function causal(attend: Tensor): Tensor {
  const [batch, length] = attend.shape as [number, number];
  const before = Array.from({ length: length * length }, (_, at) => (at % length <= Math.floor(at / length) ? 1 : 0));
  return logicalAnd(reshape(attend, [batch, 1, 1, length]), constant(before, [1, 1, length, length], 'bool'));
}
