import {
  add,
  cast,
  flattenTree,
  forkKey,
  isTensor,
  less,
  mapTree,
  multiply,
  randomUniform,
  subtract,
  type Tensor,
} from '@cloze/backend';
import { anything, callable, checkOptions, needed, real } from '@cloze/checks';
import type { Objective } from '../objective/objective.ts';
import { passesOf } from '../objective/passes-of.ts';
import { withPasses } from '../objective/with-passes.ts';
import { checkNumbers } from '../strength/check-numbers.ts';

/** Options of mixout. */
export interface MixoutOptions<P> {
  /** Where fine-tuning began: tensors of the same paths and shapes, best kept as variables of the step; leaves without one stay. */
  readonly pretrained: P;
  /** Probability p that an element is the pretrained one, 0 ≤ p < 1, default 0.7; the number 0 switches it off. */
  readonly probability?: number;
  /** Which parameters are mixed, by path; default those that end in `kernel` (the authors': linear layers' weights). */
  readonly which?: (path: string) => boolean;
}

/**
 * Mixout (Lee, Cho, Kang 2020): each element of the weights is the pretrained one with probability p, corrected so that the mean is w.
 *
 * `((1 − M)·w + M·u − p·u)/(1 − p)` with M ~ Bernoulli(p), w the weight, u its pretrained value; dropout is u = 0. One draw a step, shared by
 * the rows of a batch. Without a key nothing is mixed, as nothing is dropped out. Needs the pretrained weights. Costs 1 forward, 1 backward.
 *
 * @throws {RangeError} for a probability outside [0, 1), or (on a call) where no parameter is chosen or shapes differ
 */
export function mixout<P, B, O>(objective: Objective<P, B, O>, options: MixoutOptions<NoInfer<P>>): Objective<P, B, O> {
  checkOptions('mixout', options, {
    pretrained: needed(anything),
    probability: real(),
    which: callable,
  });
  const { pretrained, probability = 0.7, which = (path) => /(^|\/)kernel$/.test(path) } = options;

  checkNumbers('mixout', { probability });
  if (probability >= 1) throw new RangeError(`mixout: probability must be ≥ 0 and < 1, got ${probability}.`);
  if (probability === 0) return objective;
  return withPasses((parameters, batch, key) => {
    if (!key) return objective(parameters, batch, key);
    const origin = new Map(flattenTree(pretrained, isTensor));
    let mixed = 0;
    const mix = (w: Tensor, path: string) => {
      const u = origin.get(path);
      if (!u || !which(path)) return w;
      if (u.shape.join() !== w.shape.join())
        throw new RangeError(`mixout: '${path}' is [${w.shape}], pretrained [${u.shape}].`);
      mixed++;
      const taken = cast(less(randomUniform(forkKey(key, `mixout ${path}`), w.shape), probability), 'float32');
      const chosen = add(w, multiply(taken, subtract(u, w)));
      return multiply(subtract(chosen, multiply(u, probability)), 1 / (1 - probability));
    };
    const weights = mapTree(parameters, mix, isTensor);
    if (mixed === 0)
      throw new RangeError(
        `mixout: 'which' chooses none of the pretrained parameters ${[...origin.keys()].slice(0, 5).join(', ')}.`,
      );
    return objective(weights, batch, key);
  }, passesOf(objective));
}
