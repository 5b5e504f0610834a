import {
  add,
  divide,
  fill,
  greater,
  logicalAnd,
  multiply,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
  where,
} from '@cloze/backend';
import { oneOf } from '@cloze/checks';
import { adamMoments, momentsOf, nextMoments } from './adam-w.ts';
import { leafOptimiser } from './leaf-optimiser.ts';
import { decaysByDefault, type LeafSettings } from './leaf-settings.ts';
import type { Optimiser } from './optimiser.ts';

/** Options of LAMB; λ is 0.01 by default. */
export interface LambOptions extends LeafSettings {
  /** β₁ of the mean of gradients, default 0.9. */
  readonly beta1?: number;
  /** β₂ of the mean of their squares, default 0.999. */
  readonly beta2?: number;
  /** ε > 0, default 1e-6. */
  readonly epsilon?: number;
  /** Whose rate is scaled by `‖p‖/‖r + λp‖`: all but biases and norms (`kernels`, default, the authors' code) or `all` parameters. */
  readonly adapts?: 'kernels' | 'all';
}

/**
 * LAMB (You et al. 2020, algorithm 2): `r = m̂/(√v̂ + ε)`, `p ← p − η·(‖p‖/‖r + λp‖)·(r + λp)`, norms over each parameter.
 *
 * The ratio is 1 where either norm is zero. State: `mean`, `variance`.
 *
 * @throws {RangeError} naming every option that is unknown or out of its range
 */
export function lamb({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-6,
  adapts = 'kernels',
  weightDecay = 0.01,
  ...shared
}: LambOptions): Optimiser {
  const moments = adamMoments(beta1, beta2);
  return leafOptimiser({
    name: 'lamb',
    options: { beta1, beta2, epsilon, adapts, weightDecay, ...shared },
    ...moments,
    rules: { ...moments.rules, adapts: oneOf(['kernels', 'all']) },
    update: ({ path, parameter, gradient, state, rate, decay }, scalars) => {
      const { next, meanHat, varianceHat } = nextMoments(momentsOf(state, scalars), gradient, { beta1, beta2 });
      const scaled = divide(meanHat, add(sqrt(varianceHat), epsilon));
      const direction = decay === 0 ? scaled : add(scaled, multiply(parameter, decay));
      const norm = (x: Tensor) => sqrt(sum(square(x)));
      const [size, length] = [norm(parameter), norm(direction)];
      const usable = logicalAnd(greater(size, 0), greater(length, 0));
      const ratio =
        adapts === 'all' || decaysByDefault(path)
          ? where(usable, divide(size, where(usable, length, 1)), 1)
          : fill([], 1);
      return {
        parameter: subtract(parameter, multiply(multiply(rate, ratio), direction)),
        state: next,
      };
    },
  });
}
