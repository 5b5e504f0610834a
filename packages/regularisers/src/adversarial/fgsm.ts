import { multiply, sign } from '@cloze/backend';
import { checkOptions } from '@cloze/checks';
import type { Objective } from '../objective/objective.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import { strengthAt } from '../strength/strength-at.ts';
import { type AdversarialOptions, adversarialRules } from './adversarial-options.ts';
import { attacked } from './attacked.ts';

/**
 * Fast gradient sign method (Goodfellow, Shlens, Szegedy 2015): the loss at `x + ε·sign(g)`, g the loss's gradient at x.
 *
 * Every element with a slope moves by ε, so ε is far smaller than FGM's: in a table, tokens that the batch lacks stay.
 * Costs 2 forward, 2 backward (`sum`: 3). Parts as with `fgm`.
 *
 * @param options.epsilon ε ≥ 0, default 0.01 @throws {RangeError} for a negative ε
 */
export function fgsm<P, B, O>(objective: Objective<P, B, O>, options: AdversarialOptions<P, B>): Objective<P, B, O> {
  checkOptions('fgsm', options, adversarialRules);
  const { epsilon = 0.01 } = options;
  checkNumbers('fgsm', { epsilon });
  if (epsilon === 0) return objective;
  return attacked(objective, options, {
    steps: 1,
    move: (slope, _delta, batch) => multiply(sign(slope), strengthAt(epsilon, batch)),
  });
}
