import { add, forkKey, multiply } from '@cloze/backend';
import { checkNumbers } from '../strength/check-numbers.ts';
import type { Strength } from '../strength/strength.ts';
import { strengthAt } from '../strength/strength-at.ts';
import { addPart } from './add-part.ts';
import type { Objective } from './objective.ts';
import { passesOf } from './passes-of.ts';
import { withPasses } from './with-passes.ts';

/**
 * `L + weight·T`: an objective with another one added, such as SimCSE's masked-language-model term.
 *
 * The term's loss is logged as `name`, its parts as `name/part`, both unweighted. Its key is forked by name. Costs the term's passes.
 *
 * @param weight ≥ 0, or read from the batch; the number 0 leaves the objective as it is
 * @throws {RangeError} for a negative weight, or (on a call) a name that is taken
 */
export function addTerm<P, B, O>(
  objective: Objective<P, B, O>,
  name: string,
  term: Objective<P, B>,
  weight: Strength<B> = 1,
): Objective<P, B, O> {
  checkNumbers('addTerm', { weight });
  if (weight === 0) return objective;
  const [ours, theirs] = [passesOf(objective), passesOf(term)];
  return withPasses(
    (parameters, batch, key) => {
      const value = objective(parameters, batch, key);
      const added = term(parameters, batch, key && forkKey(key, name));
      let parts = addPart(value.parts, name, added.loss);
      for (const [part, scalar] of Object.entries(added.parts)) parts = addPart(parts, `${name}/${part}`, scalar);
      return { ...value, loss: add(value.loss, multiply(added.loss, strengthAt(weight, batch))), parts };
    },
    { forward: ours.forward + theirs.forward, backward: ours.backward + theirs.backward },
  );
}
