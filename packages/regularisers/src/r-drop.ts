import { add, forkKey, klFromLogits, mean, multiply, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import type { Objective, Predict } from './objective.ts';

/** Options of R-Drop. */
export interface RDropOptions {
  /** Weight of the divergence, α ≥ 0. The paper uses 1 to 5; default 4. */
  readonly alpha?: number;
  /**
   * `paper`: mean over examples of `CE₁ + CE₂ + α/2·(KL₁₂ + KL₂₁)`; `halved`: half of that, which is the published Keras code's mean
   * over 2N rows with α/4. Default `halved`: its loss without divergence is the plain loss's size.
   */
  readonly scaling?: 'paper' | 'halved';
}

/**
 * R-Drop (Liang et al. 2021): two passes with different dropout, cross-entropy of both, and the symmetric divergence between them.
 *
 * Gradients flow to both sides. Two forward passes a step.
 *
 * @param predict the model @param labelsOf int32 labels `[rows]` of a batch
 * @throws {RangeError} when alpha is negative
 */
export function rDrop<P, B>(
  predict: Predict<P, B>,
  labelsOf: (batch: B) => Tensor,
  { alpha = 4, scaling = 'halved' }: RDropOptions = {},
): Objective<P, B> {
  if (!(alpha >= 0)) throw new RangeError(`rDrop: alpha must be ≥ 0, got ${alpha}.`);
  const scale = scaling === 'paper' ? 1 : 0.5;
  return (parameters, batch, key) => {
    const labels = labelsOf(batch);
    const [p, q] = ['first pass', 'second pass'].map((name) =>
      predict(parameters, batch, key && forkKey(key, name)),
    ) as [Tensor, Tensor];
    const crossEntropy = add(mean(sparseCrossEntropy(p, labels)), mean(sparseCrossEntropy(q, labels)));
    const divergence = multiply(add(mean(klFromLogits(p, q)), mean(klFromLogits(q, p))), 0.5);
    const loss =
      alpha === 0 ? multiply(crossEntropy, scale) : multiply(add(crossEntropy, multiply(divergence, alpha)), scale);
    return { loss, parts: { crossEntropy: multiply(crossEntropy, 0.5), divergence } };
  };
}
