import { exp, logSoftmax, multiply, subtract, sum, type Tensor } from '@cloze/backend';

/**
 * `½[KL(p‖q) + KL(q‖p)] = ½ Σ (p − q)(ln p − ln q)` of each row, from the logits of both; gradients flow to both sides.
 *
 * Exactly 0 for equal logits; no clipping, so extreme logits count in full. `[..., classes]` → `[...]`
 */
export function symmetricKl(p: Tensor, q: Tensor): Tensor {
  const [logP, logQ] = [logSoftmax(p), logSoftmax(q)];
  return multiply(sum(multiply(subtract(exp(logP), exp(logQ)), subtract(logP, logQ)), { axes: -1 }), 0.5);
}
