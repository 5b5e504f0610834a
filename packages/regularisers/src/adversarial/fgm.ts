import { multiply } from '@cloze/backend';
import { checkOptions, oneOf } from '@cloze/checks';
import { checkNorm } from '../norms/check-norm.ts';
import type { NormOver } from '../norms/length-of.ts';
import { normalised } from '../norms/normalised.ts';
import type { Objective } from '../objective/objective.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import { strengthAt } from '../strength/strength-at.ts';
import { type AdversarialOptions, adversarialRules } from './adversarial-options.ts';
import { attacked } from './attacked.ts';

/** Options of FGM. */
export interface FgmOptions<P, B> extends AdversarialOptions<P, B> {
  /** `‖g‖` over the whole gradient (default, the published code) or over each sample's; sizes differ by orders of magnitude. */
  readonly norm?: NormOver;
}

/**
 * Fast gradient method (Miyato, Dai, Goodfellow 2017): the loss at `x + ε·g/(‖g‖ + 1e-8)`, g the loss's gradient at x.
 *
 * The articles' code takes the token table, one global norm a batch and ε = 0.5, and steps with the adversarial gradient only. The
 * perturbation is a constant of the step. Parts: the plain pass's, `cleanLoss`, `adversarialLoss`.
 * Costs 2 forward, 2 backward (`sum`: 3).
 *
 * @param options.epsilon ε ≥ 0, default 0.5 @param options.scope x @param options.norm default `global`
 * @throws {RangeError} for a negative ε, or a norm a sample over a table
 */
export function fgm<P, B, O>(objective: Objective<P, B, O>, options: FgmOptions<P, B>): Objective<P, B, O> {
  checkOptions('fgm', options, {
    norm: oneOf(['global', 'perSample']),
    ...adversarialRules,
  });

  const { epsilon = 0.5, norm = 'global', scope } = options;
  checkNumbers('fgm', { epsilon });
  checkNorm('fgm', norm, scope);
  if (epsilon === 0) return objective;
  return attacked(objective, options, {
    steps: 1,
    move: (slope, _delta, batch) => multiply(normalised(slope, norm), strengthAt(epsilon, batch)),
  });
}
