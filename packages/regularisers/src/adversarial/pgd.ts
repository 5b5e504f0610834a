import {
  add,
  divide,
  forkKey,
  maximum,
  minimum,
  multiply,
  type Operand,
  randomUniform,
  sign,
  subtract,
  type Tensor,
} from '@cloze/backend';
import { checkOptions, oneOf, real } from '@cloze/checks';
import { checkNorm } from '../norms/check-norm.ts';
import { lengthOf, type NormOver } from '../norms/length-of.ts';
import { normalised } from '../norms/normalised.ts';
import type { Objective } from '../objective/objective.ts';
import { checkNumbers } from '../strength/check-numbers.ts';
import { strengthAt } from '../strength/strength-at.ts';
import { type AdversarialOptions, adversarialRules } from './adversarial-options.ts';
import { attacked } from './attacked.ts';

/** Options of PGD. */
export interface PgdOptions<P, B> extends AdversarialOptions<P, B> {
  /** Steps before the loss that counts, K ≥ 1, default 3. */
  readonly steps?: number;
  /** Length of a step α > 0, default 0.3. */
  readonly stepSize?: number;
  /** The ball: `l2` with steps along `g/‖g‖` (default), `max` with steps along `sign(g)`. */
  readonly ball?: 'l2' | 'max';
  /** Over what an L2 norm is taken, default `global`. */
  readonly norm?: NormOver;
  /** Where the first slope is taken: at x (default), or at a uniform random point of the ball's cube, scaled into the ball. */
  readonly start?: 'zero' | 'uniform';
}

/**
 * Projected gradient descent (Madry et al. 2018): `δ ← Π(δ + α·g/‖g‖)` K times, Π onto the ball of radius ε, then the loss at x + δ.
 *
 * Defaults are those of the usual code for text (K 3, α 0.3, ε 1). Parts as with `fgm`; with a random start no plain pass is made, and
 * the parts are the perturbed one's. Costs K + 1 forward and backward (`sum`: one backward more, after a random start one forward more).
 *
 * @throws {RangeError} for a negative ε, α not positive, K no positive integer, or a norm a sample over a table
 */
export function pgd<P, B, O>(objective: Objective<P, B, O>, options: PgdOptions<P, B>): Objective<P, B, O> {
  checkOptions('pgd', options, {
    steps: real(),
    stepSize: real(),
    ball: oneOf(['l2', 'max']),
    norm: oneOf(['global', 'perSample']),
    start: oneOf(['zero', 'uniform']),
    ...adversarialRules,
  });

  const { epsilon = 1, steps = 3, stepSize = 0.3, ball = 'l2', norm = 'global', start = 'zero', scope } = options;
  checkNumbers('pgd', { epsilon });
  checkNumbers('pgd', { stepSize, steps }, { positive: true });
  if (!Number.isInteger(steps)) throw new RangeError(`pgd: steps must be an integer, got ${steps}.`);
  checkNorm('pgd', norm, scope);
  if (epsilon === 0) return objective;
  const project = (delta: Tensor, radius: Operand) =>
    ball === 'max'
      ? maximum(minimum(delta, radius), multiply(radius, -1))
      : multiply(delta, minimum(divide(radius, add(lengthOf(delta, norm), 1e-8)), 1));
  return attacked(objective, options, {
    steps,
    start:
      start === 'zero'
        ? undefined
        : (x, batch, key) => {
            if (!key) throw new RangeError("pgd: start 'uniform' needs a key to draw from.");
            const radius = strengthAt(epsilon, batch);
            const drawn = subtract(multiply(randomUniform(forkKey(key, 'start'), x.shape), 2), 1);
            return project(multiply(drawn, radius), radius);
          },
    move: (slope, delta, batch) => {
      const step = multiply(ball === 'max' ? sign(slope) : normalised(slope, norm), stepSize);
      return project(delta ? add(delta, step) : step, strengthAt(epsilon, batch));
    },
  });
}
