import {
  abs,
  add,
  divide,
  exp,
  greater,
  log,
  maximum,
  multiply,
  negate,
  subtract,
  sum,
  type Tensor,
  where,
} from '@cloze/backend';

/**
 * Binary cross-entropy from logits, `max(z, 0) − z·y + ln(1 + e^{−|z|})`, averaged by weight; 0 without any.
 *
 * @param logits any shape @param targets the same, 0 to 1 @param weights the same, 0 where nothing is asked
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor, weights: Tensor): Tensor {
  const losses = add(subtract(maximum(logits, 0), multiply(logits, targets)), log(add(exp(negate(abs(logits))), 1)));
  const count = sum(weights);
  return divide(sum(multiply(losses, weights)), where(greater(count, 0), count, 1));
}
