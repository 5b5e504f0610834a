import { add, gradients, multiply, square, sum, type Tensor } from '@cloze/backend';
import type { Objective } from './objective.ts';

/**
 * Gradient penalty: `L + ε/2·‖∂L/∂x‖²` with x a tensor of the parameters, such as the token table; a true second derivative.
 *
 * First-order expansion of adversarial training with step ε·∂L/∂x. The loss is a batch mean, so the penalty shrinks with the batch.
 * One forward pass and two backward passes a step.
 *
 * @param objective what is penalised @param of picks x from the parameters @param options.epsilon ε ≥ 0, default 1
 */
export function gradientPenalty<P, B>(
  objective: Objective<P, B>,
  of: (parameters: P) => Tensor,
  { epsilon = 1 }: { readonly epsilon?: number } = {},
): Objective<P, B> {
  if (!(epsilon >= 0)) throw new RangeError(`gradientPenalty: epsilon must be ≥ 0, got ${epsilon}.`);
  return (parameters, batch, key) => {
    const plain = objective(parameters, batch, key);
    if (epsilon === 0) return plain;
    const penalty = sum(square(gradients(plain.loss, of(parameters))));
    return {
      loss: add(plain.loss, multiply(penalty, epsilon / 2)),
      parts: { ...plain.parts, gradientPenalty: penalty },
    };
  };
}
