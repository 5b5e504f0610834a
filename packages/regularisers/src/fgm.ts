import { add, divide, gradients, multiply, sqrt, square, stopGradient, sum, type Tensor } from '@cloze/backend';
import type { Objective } from './objective.ts';

/**
 * Fast gradient method (Miyato, Dai, Goodfellow 2017): the loss at `x + ε·g/(‖g‖ + 1e-8)`, g the loss's gradient at x.
 *
 * The perturbation is a constant of the step; the optimiser sees only the gradient at the perturbed point, as in the published
 * code. Parameters themselves are never touched, so nothing has to be restored. Two forward and two backward passes.
 *
 * @param of picks x, such as the token table @param replace puts a perturbed x back into the parameters @param options.epsilon ε ≥ 0, default 0.5
 */
export function fgm<P, B>(
  objective: Objective<P, B>,
  of: (parameters: P) => Tensor,
  replace: (parameters: P, x: Tensor) => P,
  { epsilon = 0.5 }: { readonly epsilon?: number } = {},
): Objective<P, B> {
  if (!(epsilon >= 0)) throw new RangeError(`fgm: epsilon must be ≥ 0, got ${epsilon}.`);
  return (parameters, batch, key) => {
    const plain = objective(parameters, batch, key);
    if (epsilon === 0) return plain;
    const x = of(parameters);
    const slope = stopGradient(gradients(plain.loss, x));
    const length = add(sqrt(sum(square(slope))), 1e-8);
    const perturbed = objective(replace(parameters, add(x, multiply(divide(slope, length), epsilon))), batch, key);
    return { loss: perturbed.loss, parts: { ...perturbed.parts, cleanLoss: plain.loss } };
  };
}
