import { add, forkKey, multiply, randomNormal } from '@cloze/backend';
import { anything, checkOptions, needed } from '@cloze/checks';
import type { Objective } from '../objective/objective.ts';
import { passesOf } from '../objective/passes-of.ts';
import { withPasses } from '../objective/with-passes.ts';
import type { Scope } from '../scope/scope.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import type { Strength } from '../strength/strength.ts';
import { strengthAt } from '../strength/strength-at.ts';

/**
 * Random noise: the loss at `x + σ·n`, n standard normal; on average `L + σ²/2·ΔL` (kexue.fm 7466; Bishop 1995).
 *
 * Costs 1 forward, 1 backward. Without a key there is no noise, as there is no dropout.
 *
 * @param options.scope x @param options.sigma σ ≥ 0, default 0.1 @throws {RangeError} for a negative σ
 */
export function randomNoise<P, B, O>(
  objective: Objective<P, B, O>,
  options: { readonly scope: Scope<NoInfer<P>, NoInfer<B>>; readonly sigma?: Strength<B> },
): Objective<P, B, O> {
  checkOptions('randomNoise', options, { scope: needed(anything), sigma: anything });
  const { scope, sigma = 0.1 } = options;

  checkNumbers('randomNoise', { sigma });
  if (sigma === 0) return objective;
  return withPasses((parameters, batch, key) => {
    if (!key) return objective(parameters, batch, key);
    const x = scope.of(parameters, batch);
    const noise = multiply(randomNormal(forkKey(key, 'noise'), x.shape), strengthAt(sigma, batch));
    return objective(...scope.put(parameters, batch, add(x, noise)), key);
  }, passesOf(objective));
}
