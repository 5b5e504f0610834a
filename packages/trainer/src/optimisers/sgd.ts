import { add, multiply, subtract } from '@cloze/backend';
import { flag, real } from '@cloze/checks';
import { leafOptimiser } from './leaf-optimiser.ts';
import type { LeafSettings } from './leaf-settings.ts';
import type { Optimiser } from './optimiser.ts';

/** Options of SGD; λ is 0 by default and is added to the gradient as `λp` (not decoupled). */
export interface SgdOptions extends LeafSettings {
  /** μ from 0 to below 1, default 0. */
  readonly momentum?: number;
  /** Look ahead by one momentum step, default false. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent with momentum: `g ← g + λp`, `v ← μv + g`, `p ← p − η·v`, with Nesterov `p ← p − η(g + μv)`
 * (Sutskever et al. 2013). Equal to PyTorch's `SGD` with dampening 0. State: `velocity`, none without momentum.
 *
 * @throws {RangeError} naming every option that is unknown or out of its range
 */
export function sgd({ momentum = 0, nesterov = false, ...shared }: SgdOptions): Optimiser {
  return leafOptimiser({
    name: 'sgd',
    options: { momentum, nesterov, ...shared },
    rules: { momentum: real({ from: 0, below: 1 }), nesterov: flag },
    slots: (shape): Readonly<Record<string, readonly number[]>> => (momentum === 0 ? {} : { velocity: shape }),
    update: ({ parameter, gradient, state, rate, decay }) => {
      const slope = decay === 0 ? gradient : add(gradient, multiply(parameter, decay));
      const velocity = state.velocity && add(multiply(state.velocity, momentum), slope);
      const direction = velocity && nesterov ? add(slope, multiply(velocity, momentum)) : (velocity ?? slope);
      return {
        parameter: subtract(parameter, multiply(rate, direction)),
        state: velocity ? { velocity } : {},
      };
    },
  });
}
