import type { Tensor } from '../expression/tensor.ts';
import { add, exp, multiply, softplus, subtract } from '../operations/elementwise.ts';
import { logSoftmax } from '../operations/softmax.ts';
import { sum } from '../operations/sum-and-broadcast.ts';

/**
 * Jensen-Shannon divergence `½KL(p‖m) + ½KL(q‖m)`, m = (p + q)/2, of each row, from the logits of both; 0 to ln 2, in nats.
 *
 * `ln m` is taken from the logarithms, so extreme logits give no NaN; gradients of any order flow to both sides. `[..., classes]` → `[...]`
 */
export function jsFromLogits(p: Tensor, q: Tensor): Tensor {
  const [logP, logQ] = [logSoftmax(p), logSoftmax(q)];
  const logM = subtract(add(logQ, softplus(subtract(logP, logQ))), Math.LN2);
  const half = (log: Tensor) => sum(multiply(exp(log), subtract(log, logM)), { axes: -1 });
  return multiply(add(half(logP), half(logQ)), 0.5);
}
