import { anything, callable, checkOptions, needed } from '@cloze/checks';
import { addTerm } from '../objective/add-term.ts';
import type { Model, Objective } from '../objective/objective.ts';
import { onPart } from '../objective/on-part.ts';
import type { LogitsOutput } from '../objective/task-output.ts';
import type { Strength } from '../strength/strength.ts';
import { type ConsistencyOptions, consistency, consistencyRules } from './consistency.ts';

/** Options of semi-supervised R-Drop. */
export interface SemiSupervisedRDropOptions<P, B, U> extends ConsistencyOptions<U> {
  /** Logits of unlabelled rows, by themselves or in an output. */
  readonly model: Model<P, U, LogitsOutput>;
  /** The unlabelled rows of a batch: all the model sees. */
  readonly unlabelled: (batch: B) => U;
  /** Weight of the term, ≥ 0, default 1. */
  readonly weight?: Strength<B>;
}

/**
 * Semi-supervised R-Drop (Su, kexue.fm 8496): an objective over labelled rows plus `weight·mean[D(p, q) + D(q, p)]` over unlabelled ones.
 *
 * The published code has cross-entropy alone on labelled rows, not doubled, and takes the two in separate steps with an optimiser each:
 * see `consistency` for that. Here they share a step. Parts: `semiSupervisedRDrop`, `semiSupervisedRDrop/divergence`.
 * Costs the objective's passes, and 2 forward, 2 backward over the unlabelled rows.
 *
 * @throws {RangeError} for a negative weight
 */
export function semiSupervisedRDrop<P, B, U, O>(
  objective: Objective<P, B, O>,
  given: SemiSupervisedRDropOptions<P, B, U>,
): Objective<P, B, O> {
  checkOptions('semiSupervisedRDrop', given, {
    ...consistencyRules,
    model: needed(callable),
    unlabelled: needed(callable),
    weight: anything,
  });
  const { model, unlabelled, weight = 1, ...options } = given;

  return addTerm(objective, 'semiSupervisedRDrop', onPart(consistency(model, options), unlabelled), weight);
}
