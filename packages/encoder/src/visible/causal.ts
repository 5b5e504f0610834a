import { constant, logicalAnd, type Tensor } from '@cloze/backend';
import { realKeys } from './real-keys.ts';

/** Left to right: position i sees real positions j ≤ i. `[batch, length]` bool → bool `[batch, 1, length, length]` */
export function causal(attend: Tensor): Tensor {
  const length = attend.shape[1] as number;
  const before = Array.from({ length: length * length }, (_, index) =>
    index % length <= Math.floor(index / length) ? 1 : 0,
  );
  return logicalAnd(realKeys(attend), constant(before, [1, 1, length, length], 'bool'));
}
