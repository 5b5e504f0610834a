import { anything, callable, checkOptions, needed } from '@cloze/checks';
import { addTerm } from '../objective/add-term.ts';
import type { Model, Objective } from '../objective/objective.ts';
import { onPart } from '../objective/on-part.ts';
import type { LogitsOutput } from '../objective/task-output.ts';
import type { Strength } from '../strength/strength.ts';
import { type VirtualAdversarialOptions, virtualAdversarial, virtualAdversarialRules } from './virtual-adversarial.ts';

/** Options of VAT. */
export interface VatOptions<P, B, U> extends VirtualAdversarialOptions<P, U> {
  /** Logits of unlabelled rows, by themselves or in an output; the scope is theirs too. */
  readonly model: Model<P, U, LogitsOutput>;
  /** The rows VAT looks at: all the model sees of the batch, so no label can leak in. */
  readonly unlabelled: (batch: B) => U;
  /** Weight of the term, ≥ 0, default 1. */
  readonly weight?: Strength<B>;
}

/**
 * VAT (Miyato et al. 2018; kexue.fm 7466): an objective over labelled rows plus `weight·mean KL(f(x) ‖ f(x + ε·u))` over unlabelled ones.
 *
 * See `virtualAdversarial` for the mathematics, and for code that alternates the two with an optimiser each (the published way). Part: `vat`.
 * Costs the objective's passes, and r + 2 forward, r + 1 backward over the unlabelled rows.
 *
 * @throws {RangeError} for a negative weight and whatever `virtualAdversarial` refuses
 */
export function vat<P, B, U, O>(objective: Objective<P, B, O>, given: VatOptions<P, B, U>): Objective<P, B, O> {
  checkOptions('vat', given, {
    ...virtualAdversarialRules,
    model: needed(callable),
    unlabelled: needed(callable),
    weight: anything,
  });
  const { model, unlabelled, weight = 1, ...options } = given;

  return addTerm(objective, 'vat', onPart(virtualAdversarial(model, options), unlabelled), weight);
}
