import { add, flattenTree, isTensor, multiply, square, subtract, sum } from '@cloze/backend';
import { anything, callable, checkOptions, needed } from '@cloze/checks';
import { addPart } from '../objective/add-part.ts';
import type { Objective } from '../objective/objective.ts';
import { passesOf } from '../objective/passes-of.ts';
import { withPasses } from '../objective/with-passes.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import type { Strength } from '../strength/strength.ts';
import { strengthAt } from '../strength/strength-at.ts';

/** Options of the decay to the pretrained point. */
export interface DecayToPretrainedOptions<P, B> {
  /** Where fine-tuning began: tensors of the same paths and shapes, best kept as variables of the step; leaves without one are free. */
  readonly pretrained: P;
  /** λ ≥ 0, default 0.01. */
  readonly weight?: Strength<B>;
  /** Which parameters are held, by path; default all that have a pretrained value. */
  readonly which?: (path: string) => boolean;
}

/**
 * Weight decay to the pretrained point (L2-SP; Wiese et al. 2017, Li et al. 2018): `L + λ/2·Σ‖w − w₀‖²`.
 *
 * Part: `distanceToPretrained`, the sum of squares. Under Adam this is not decoupled decay: the slope λ(w − w₀) is scaled with the rest.
 * Needs the pretrained weights. Costs 1 forward, 1 backward.
 *
 * @throws {RangeError} for a negative weight, or (on a call) where no parameter is chosen or shapes differ
 */
export function decayToPretrained<P, B, O>(
  objective: Objective<P, B, O>,
  options: DecayToPretrainedOptions<NoInfer<P>, B>,
): Objective<P, B, O> {
  checkOptions('decayToPretrained', options, { pretrained: needed(anything), weight: anything, which: callable });
  const { pretrained, weight = 0.01, which = () => true } = options;

  checkNumbers('decayToPretrained', { weight });
  if (weight === 0) return objective;
  return withPasses((parameters, batch, key) => {
    const value = objective(parameters, batch, key);
    const origin = new Map(flattenTree(pretrained, isTensor));
    const distances = flattenTree(parameters, isTensor).flatMap(([path, w]) => {
      const u = origin.get(path);
      if (!u || !which(path)) return [];
      if (u.shape.join() !== w.shape.join())
        throw new RangeError(`decayToPretrained: '${path}' is [${w.shape}], pretrained [${u.shape}].`);
      return [sum(square(subtract(w, u)))];
    });
    if (distances.length === 0)
      throw new RangeError(
        `decayToPretrained: 'which' chooses none of the pretrained parameters ${[...origin.keys()].slice(0, 5).join(', ')}.`,
      );
    const distance = distances.reduce((a, b) => add(a, b));
    return {
      ...value,
      loss: add(value.loss, multiply(distance, multiply(strengthAt(weight, batch), 0.5))),
      parts: addPart(value.parts, 'distanceToPretrained', distance),
    };
  }, passesOf(objective));
}
