import { add, gradients, multiply, square, sum } from '@cloze/backend';
import { anything, checkOptions, needed, oneOf } from '@cloze/checks';
import { addPart } from '../objective/add-part.ts';
import type { Objective } from '../objective/objective.ts';
import { passesOf } from '../objective/passes-of.ts';
import { withPasses } from '../objective/with-passes.ts';
import type { Scope } from '../scope/scope.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import type { Strength } from '../strength/strength.ts';
import { strengthAt } from '../strength/strength-at.ts';

/** Options of the gradient penalty. */
export interface GradientPenaltyOptions<P, B> {
  /** x: `tableScope` sums the slopes of a token's occurrences before squaring, `occurrenceScope` squares each (the published code). */
  readonly scope: Scope<NoInfer<P>, NoInfer<B>>;
  /** ε ≥ 0, default 1; the penalty's coefficient is ε/2. */
  readonly epsilon?: Strength<B>;
  /**
   * `batch`: of the loss as it is, a batch mean, so that the penalty shrinks as 1/rows (default, the published code);
   * `sample`: the mean over samples of each one's own penalty, `rows·‖∂L/∂x‖²`, which does not depend on the batch's size.
   */
  readonly per?: 'batch' | 'sample';
}

/**
 * Gradient penalty: `L + ε/2·‖∂L/∂x‖²`, with the true second derivative (Su, kexue.fm 7234; after Drucker and LeCun 1992).
 *
 * First-order expansion of adversarial training with the step ε·∂L/∂x. Part: `gradientPenalty`, the squared norm.
 * Costs 1 forward, 2 backward, of which the second also goes through the first. Works with any operation that has a second derivative;
 * one without is an error that names it.
 *
 * @param options.epsilon ε ≥ 0, default 1 @throws {RangeError} for a negative ε, or `sample` over a table
 */
export function gradientPenalty<P, B, O>(
  objective: Objective<P, B, O>,
  options: GradientPenaltyOptions<P, B>,
): Objective<P, B, O> {
  checkOptions('gradientPenalty', options, {
    scope: needed(anything),
    epsilon: anything,
    per: oneOf(['batch', 'sample']),
  });
  const { scope, epsilon = 1, per = 'batch' } = options;

  checkNumbers('gradientPenalty', { epsilon });
  if (per === 'sample' && scope.rows === 'table')
    throw new RangeError(
      "gradientPenalty: per 'sample' needs a scope with a row a sample (occurrenceScope), this one is a table.",
    );
  if (epsilon === 0) return objective;
  const { forward, backward } = passesOf(objective);
  return withPasses(
    (parameters, batch, key) => {
      const x = scope.of(parameters, batch);
      const plain = objective(...scope.put(parameters, batch, x), key);
      const squared = sum(square(gradients(plain.loss, x)));
      const penalty = per === 'sample' ? multiply(squared, x.shape[0] as number) : squared;
      return {
        ...plain,
        loss: add(plain.loss, multiply(penalty, multiply(strengthAt(epsilon, batch), 0.5))),
        parts: addPart(plain.parts, 'gradientPenalty', penalty),
      };
    },
    { forward, backward: 2 * backward },
  );
}
