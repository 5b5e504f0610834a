import {
  add,
  divide,
  maximum,
  mean,
  multiply,
  reshape,
  rsqrt,
  sqrt,
  square,
  subtract,
  type Tensor,
} from '@cloze/backend';
import { checkOptions, flag, listOf, real } from '@cloze/checks';
import { decoupledDecay } from './decoupled-decay.ts';
import { leafOptimiser } from './leaf-optimiser.ts';
import type { LeafSettings } from './leaf-settings.ts';
import type { Optimiser } from './optimiser.ts';

/** Options of Adafactor; λ is 0 by default, decoupled. `relativeRate` is the rate of its paper. */
export interface AdafactorOptions extends LeafSettings {
  /** Added to squared gradients, and the least root mean square a parameter counts with; default [1e-30, 1e-3]. */
  readonly epsilon?: readonly [number, number];
  /** Root mean square an update may have, default 1. */
  readonly clipThreshold?: number;
  /** `β₂ = 1 − t^decayRate`, below 0, default −0.8. */
  readonly decayRate?: number;
  /** First moment of the updates; default none. */
  readonly beta1?: number;
  /** Multiply the rate by the parameter's root mean square, default true. */
  readonly scaleParameter?: boolean;
}

/** Adafactor's own rate, `min(10⁻², 1/√t)`, or with `warmupInit` `min(10⁻⁶t, 1/√t)`: transformers' `relative_step`. */
export function relativeRate(t: number, options: { readonly warmupInit?: boolean } = {}): number {
  checkOptions('relativeRate', options, { warmupInit: flag });
  return Math.min(options.warmupInit ? 1e-6 * t : 1e-2, 1 / Math.sqrt(t));
}

const rootMeanSquare = (x: Tensor) => sqrt(mean(square(x)));

/**
 * Adafactor (Shazeer and Stern 2018): second moments of a matrix as the outer product of row and column means, updates clipped
 * by their root mean square, the rate relative to the parameter's. Equal to transformers' `Adafactor`.
 *
 * State: `row` and `column` of a matrix `[..., rows, columns]`, `variance` of a vector; `mean` with `beta1`.
 *
 * @throws {RangeError} naming every option that is unknown or out of its range
 */
export function adafactor({
  epsilon = [1e-30, 1e-3],
  clipThreshold = 1,
  decayRate = -0.8,
  beta1,
  scaleParameter = true,
  ...shared
}: AdafactorOptions): Optimiser {
  const [tiny, least] = epsilon;
  return leafOptimiser({
    name: 'adafactor',
    options: { epsilon, clipThreshold, decayRate, ...(beta1 !== undefined && { beta1 }), scaleParameter, ...shared },
    rules: {
      clipThreshold: real({ above: 0 }),
      beta1: real({ from: 0, below: 1 }),
      epsilon: listOf(real({ from: 0 }), 2),
      decayRate: real({ below: 0 }),
      scaleParameter: flag,
    },
    slots: (shape): Readonly<Record<string, readonly number[]>> => ({
      ...(shape.length >= 2
        ? { row: shape.slice(0, -1), column: [...shape.slice(0, -2), shape.at(-1) as number] }
        : { variance: shape }),
      ...(beta1 !== undefined && { mean: shape }),
    }),
    scalars: (step) => ({ beta2: 1 - step ** decayRate }),
    update: ({ parameter, gradient, state, rate: given, decay }, { beta2 }) => {
      const rate = scaleParameter ? multiply(given, maximum(rootMeanSquare(parameter), least)) : given;
      const follow = (slot: string, now: Tensor) =>
        add(multiply(state[slot] as Tensor, beta2 as Tensor), multiply(now, subtract(1, beta2 as Tensor)));
      const squares = add(square(gradient), tiny);
      const { shape } = gradient;
      const next: Record<string, Tensor> = {};
      let scale: Tensor;
      if (shape.length >= 2) {
        const row = follow('row', mean(squares, { axes: -1 }));
        const column = follow('column', mean(squares, { axes: -2 }));
        Object.assign(next, { row, column });
        const share = divide(row, mean(row, { axes: -1, keep: true }));
        scale = multiply(
          rsqrt(reshape(share, [...row.shape, 1])),
          rsqrt(reshape(column, [...shape.slice(0, -2), 1, shape.at(-1) as number])),
        );
      } else {
        next.variance = follow('variance', squares);
        scale = rsqrt(next.variance);
      }
      const raw = multiply(scale, gradient);
      let update = multiply(divide(raw, maximum(divide(rootMeanSquare(raw), clipThreshold), 1)), rate);
      if (beta1 !== undefined)
        update = next.mean = add(multiply(state.mean as Tensor, beta1), multiply(update, 1 - beta1));
      const kept = decoupledDecay(parameter, rate, decay);
      return { parameter: subtract(kept, update), state: next };
    },
  });
}
