import { add, divide, maximum, mean, multiply, sqrt, square, subtract } from '@cloze/backend';
import { type AdamWOptions, adamMoments, momentsOf, nextMoments } from './adam-w.ts';
import { decoupledDecay } from './decoupled-decay.ts';
import { leafOptimiser } from './leaf-optimiser.ts';
import type { Optimiser } from './optimiser.ts';

/**
 * StableAdamW (Wortsman et al. 2023, algorithm 2): AdamW whose rate falls where second moments lag behind the gradients, leaf by leaf.
 *
 * `ρ = √mean(g² / max(v̂, ε²))`, `η' = η / max(1, ρ)`, `p ← p − η'λp − η'·m̂/(√v̂ + ε)`; one number ρ a parameter, so that a spike of one table does not
 * slow the others. ModernBERT was pretrained by it. State: `mean`, `variance`. Options and defaults are AdamW's.
 *
 * @throws {RangeError} naming every option that is unknown or out of its range
 */
export function stableAdamW({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0.01,
  ...shared
}: AdamWOptions): Optimiser {
  return leafOptimiser({
    name: 'stableAdamW',
    options: { beta1, beta2, epsilon, weightDecay, ...shared },
    ...adamMoments(beta1, beta2),
    update: ({ parameter, gradient, state, rate: given, decay }, scalars) => {
      const { next, meanHat, varianceHat } = nextMoments(momentsOf(state, scalars), gradient, { beta1, beta2 });
      // ε² is 1e-16, which float32 holds; a gradient of zero gives a ratio of zero.
      const lag = sqrt(mean(divide(square(gradient), maximum(varianceHat, epsilon * epsilon))));
      const rate = divide(given, maximum(lag, 1));
      const kept = decoupledDecay(parameter, rate, decay);
      return {
        parameter: subtract(kept, multiply(rate, divide(meanHat, add(sqrt(varianceHat), epsilon)))),
        state: next,
      };
    },
  });
}
