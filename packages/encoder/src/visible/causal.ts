import { constant, logicalAnd, logicalNot, logicalOr, reshape, type Tensor } from '@cloze/backend';
import { realKeys } from './real-keys.ts';

/** Places j ≤ i, bool `[1, 1, length, length]`. */
function before(length: number): Tensor {
  const places = Array.from({ length: length * length }, (_, index) =>
    index % length <= Math.floor(index / length) ? 1 : 0,
  );
  return constant(places, [1, 1, length, length], 'bool');
}

/** Left to right: position i sees real positions j ≤ i. `[batch, length]` bool → bool `[batch, 1, length, length]` */
export function causal(attend: Tensor): Tensor {
  return logicalAnd(realKeys(attend), before(attend.shape[1] as number));
}

/**
 * Some rows from left to right, the others whole (GPT-BERT, Charpentier and Samuel 2024): in the rows that `reads` names position i sees real positions
 * j ≤ i, in the others all real ones.
 *
 * @param reads bool `[batch]` @returns bool `[batch, 1, length, length]`
 * @throws {RangeError} when `reads` is not bool `[batch]`
 */
export function causalRows(reads: Tensor, attend: Tensor): Tensor {
  const [batch, length] = attend.shape as [number, number];
  if (reads.dtype !== 'bool' || reads.shape.length !== 1 || reads.shape[0] !== batch)
    throw new RangeError(`causalRows: reads must be bool [${batch}], got ${reads.dtype} [${reads.shape}].`);
  const whole = logicalNot(reshape(reads, [batch, 1, 1, 1]));
  return logicalAnd(realKeys(attend), logicalOr(before(length), whole));
}
