import { add, multiply, type Tensor } from '@cloze/backend';
import { checkNumbers } from '../strength/check-numbers.ts';
import type { Strength } from '../strength/strength.ts';
import { strengthAt } from '../strength/strength-at.ts';
import { addPart } from './add-part.ts';
import type { Objective } from './objective.ts';
import { outputOf } from './output-of.ts';
import { passesOf } from './passes-of.ts';
import { withPasses } from './with-passes.ts';

/**
 * `L + strength·T(output)`: an objective with a term over what its model gave, at no further pass.
 *
 * The term is logged as `name`, unweighted. Most regularisers of one's own are this.
 *
 * @param term output, batch → scalar @param strength ≥ 0, or read from the batch; the number 0 is the same objective
 * @throws {RangeError} for a negative strength, or (on a call) a name that is taken @throws {TypeError} (on a call) for an objective without output
 */
export function addOutputTerm<P, B, O>(
  objective: Objective<P, B, O>,
  name: string,
  term: (output: O, batch: B) => Tensor,
  strength: Strength<B> = 1,
): Objective<P, B, O> {
  checkNumbers(name, { strength });
  if (strength === 0) return objective;
  return withOutputTerm(objective, name, term, (added, batch) => multiply(added, strengthAt(strength, batch)));
}

/** `L + weigh(T(output))`, T logged by itself. @internal */
export function withOutputTerm<P, B, O>(
  objective: Objective<P, B, O>,
  name: string,
  term: (output: O, batch: B) => Tensor,
  weigh: (added: Tensor, batch: B) => Tensor,
): Objective<P, B, O> {
  return withPasses((parameters, batch, key) => {
    const value = objective(parameters, batch, key);
    const added = term(outputOf(name, value), batch);
    return { ...value, loss: add(value.loss, weigh(added, batch)), parts: addPart(value.parts, name, added) };
  }, passesOf(objective));
}
