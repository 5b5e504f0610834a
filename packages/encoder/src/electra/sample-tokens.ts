import { add, argMax, type Key, log, negate, randomUniform, stopGradient, type Tensor } from '@cloze/backend';

/**
 * Draws a token for each slot from softmax(logits) by the Gumbel maximum: `argmax(logits − ln(−ln u))`.
 *
 * No gradient flows through the draw: ELECTRA's generator learns from its own loss alone (Clark et al. 2020).
 *
 * @param logits `[batch, slots, vocabulary]` @returns int32 `[batch, slots]`
 */
export function sampleTokens(logits: Tensor, key: Key): Tensor {
  // u from 2⁻²⁵ away from 0 and 1: both logarithms stay finite.
  const u = add(randomUniform(key, logits.shape), 2 ** -25);
  return argMax(add(stopGradient(logits), negate(log(negate(log(u))))));
}
