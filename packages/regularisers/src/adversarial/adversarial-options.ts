import { anything, needed, oneOf, type Rules } from '@cloze/checks';
import type { Scope } from '../scope/scope.ts';
import type { Strength } from '../strength/strength.ts';

/** What FGM, FGSM and PGD may be told. */
export interface AdversarialOptions<P, B> {
  /** What is perturbed: `tableScope` or `occurrenceScope`. */
  readonly scope: Scope<NoInfer<P>, NoInfer<B>>;
  /** Size of the perturbation, ε ≥ 0. */
  readonly epsilon?: Strength<B>;
  /** What is minimised: the loss at the perturbed point alone (default, the published code), or the plain loss plus it. */
  readonly minimise?: 'adversarial' | 'sum';
  /** Whether the perturbed pass has the dropout of the plain one (default), or its own, as in code that draws at each call. */
  readonly dropout?: 'same' | 'fresh';
}

/** What options of an adversarial regulariser must be. @internal */
export const adversarialRules: Rules<AdversarialOptions<never, never>> = {
  scope: needed(anything),
  epsilon: anything,
  minimise: oneOf(['adversarial', 'sum']),
  dropout: oneOf(['same', 'fresh']),
};
