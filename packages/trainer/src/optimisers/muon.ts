import { adamStep, add, multiply, subtract, type Tensor } from '@cloze/backend';
import { flag, oneOf, real, whole } from '@cloze/checks';
import { type AdamWOptions, adamMoments, momentsOf } from './adam-w.ts';
import { decoupledDecay } from './decoupled-decay.ts';
import { leafOptimiser } from './leaf-optimiser.ts';
import { pattern } from './leaf-rules.ts';
import { matches, type PathPattern } from './leaf-settings.ts';
import { newtonSchulz } from './newton-schulz.ts';
import type { Optimiser } from './optimiser.ts';

/** Options of Muon; λ is 0.1 by default, for the matrices and for what AdamW updates. β and ε are AdamW's. */
export interface MuonOptions extends AdamWOptions {
  /** Of the mean of gradients, 0 ≤ μ < 1, default 0.95. */
  readonly momentum?: number;
  /** Look one step ahead, default true. */
  readonly nesterov?: boolean;
  /** Newton-Schulz steps, 1 to 20, default 5. */
  readonly newtonSchulzSteps?: number;
  /**
   * Multiplies a matrix's rate: `match_rms_adamw` by `0.2·√max(in, out)`, so that a rate suits both it and AdamW (Liu et al. 2025; default);
   * `original` by `√max(1, out/in)`, which wants a rate of its own, such as 0.02.
   */
  readonly rateAdjustment?: 'match_rms_adamw' | 'original';
  /** Which kernels `[in, out]` are updated by Muon, default those of the blocks (`layers/…`): tables, heads and vectors are AdamW's. */
  readonly matrices?: PathPattern;
}

/**
 * Muon (Jordan et al. 2024) on the matrices of the blocks, AdamW on the rest.
 *
 * `m ← μm + (1−μ)g`, `u = (1−μ)g + μm` (`m` without `nesterov`), `p ← p(1 − ηλ) − η·s·NS(u)`: `NS` brings the singular values of the update near 1
 * (`newtonSchulz`), `s` is `rateAdjustment`. Equal to PyTorch's `Muon` in float32 (PyTorch's own iterates in bfloat16). State: `momentum` of a matrix;
 * `mean`, `variance` of what AdamW updates.
 *
 * @throws {RangeError} naming every option that is unknown or out of its range; when its state is made, where no parameter is a matrix of it
 */
export function muon({
  momentum = 0.95,
  nesterov = true,
  newtonSchulzSteps = 5,
  rateAdjustment = 'match_rms_adamw',
  matrices = /(^|\/)layers\//,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0.1,
  ...shared
}: MuonOptions): Optimiser {
  const moments = adamMoments(beta1, beta2);
  const isMatrix = (path: string, shape: readonly number[]) => shape.length === 2 && matches(matrices, path);
  const optimiser = leafOptimiser({
    name: 'muon',
    options: {
      ...{ momentum, nesterov, newtonSchulzSteps, rateAdjustment, matrices },
      ...{ beta1, beta2, epsilon, weightDecay, ...shared },
    },
    rules: {
      ...moments.rules,
      momentum: real({ from: 0, below: 1 }),
      nesterov: flag,
      newtonSchulzSteps: whole(1, 20),
      rateAdjustment: oneOf(['match_rms_adamw', 'original']),
      matrices: pattern,
    },
    scalars: moments.scalars,
    slots: (shape, path): Readonly<Record<string, readonly number[]>> =>
      isMatrix(path, shape) ? { momentum: shape } : moments.slots(shape),
    update: ({ path, parameter, gradient, state, rate, decay }, scalars) => {
      if (!isMatrix(path, parameter.shape)) {
        const { parameter: next, ...kept } = adamStep(
          { parameter, gradient, rate, ...momentsOf(state, scalars) },
          { beta1, beta2, epsilon, decay },
        );
        return { parameter: next, state: kept };
      }
      const follow = (mean: Tensor) => add(multiply(mean, momentum), multiply(gradient, 1 - momentum));
      const mean = follow(state.momentum as Tensor);
      const [inputs = 1, outputs = 1] = parameter.shape;
      const scale =
        rateAdjustment === 'original'
          ? Math.sqrt(Math.max(1, outputs / inputs))
          : 0.2 * Math.sqrt(Math.max(inputs, outputs));
      const direction = newtonSchulz(nesterov ? follow(mean) : mean, newtonSchulzSteps);
      const kept = decoupledDecay(parameter, rate, decay);
      return {
        parameter: subtract(kept, multiply(multiply(rate, scale), direction)),
        state: { momentum: mean },
      };
    },
  });
  return {
    ...optimiser,
    initial: (parameters) => {
      const state = optimiser.initial(parameters);
      if (!state.muon?.momentum)
        throw new RangeError(
          `muon: no trained parameter with two axes matches ${matrices}; name the matrices (matrices: 'kernels/'), or take adamW.`,
        );
      return state;
    },
  };
}
