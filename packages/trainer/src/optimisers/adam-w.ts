import { adamStep, add, divide, multiply, square, subtract, type Tensor } from '@cloze/backend';
import { real } from '@cloze/checks';
import { leafOptimiser } from './leaf-optimiser.ts';
import type { LeafSettings } from './leaf-settings.ts';
import type { Leaves } from './leaves.ts';
import type { Optimiser } from './optimiser.ts';

/** Options of AdamW; λ is 0.01 by default. */
export interface AdamWOptions extends LeafSettings {
  /** β₁ of the mean of gradients, default 0.9. */
  readonly beta1?: number;
  /** β₂ of the mean of their squares, default 0.999. */
  readonly beta2?: number;
  /** ε > 0, default 1e-8. */
  readonly epsilon?: number;
}

/** Shapes, ranges and fed numbers of optimisers with Adam's two moments. */
export const adamMoments = (beta1: number, beta2: number) => ({
  rules: { beta1: real({ from: 0, below: 1 }), beta2: real({ from: 0, below: 1 }), epsilon: real({ above: 0 }) },
  slots: (shape: readonly number[]) => ({ mean: shape, variance: shape }),
  scalars: (step: number) => ({ beta1Power: beta1 ** step, beta2Power: beta2 ** step }),
});

/** The moments of a leaf and the powers of β, which `adamMoments` made. */
export function momentsOf(state: Readonly<Record<string, Tensor>>, scalars: Leaves<Tensor>) {
  const { mean, variance } = state;
  const { beta1Power, beta2Power } = scalars;
  if (!mean || !variance || !beta1Power || !beta2Power) throw new RangeError('No moments, or no powers of β.');
  return { mean, variance, beta1Power, beta2Power };
}

/** The next moments, `m ← β₁m + (1−β₁)g`, `v ← β₂v + (1−β₂)g²`, and both corrected for their beginning at zero, `m̂ = m / (1 − β₁ᵗ)`. */
export function nextMoments(
  { mean, variance, beta1Power, beta2Power }: ReturnType<typeof momentsOf>,
  gradient: Tensor,
  { beta1, beta2 }: { readonly beta1: number; readonly beta2: number },
) {
  const next = {
    mean: add(multiply(mean, beta1), multiply(gradient, 1 - beta1)),
    variance: add(multiply(variance, beta2), multiply(square(gradient), 1 - beta2)),
  };
  const meanHat = divide(next.mean, subtract(1, beta1Power));
  const varianceHat = divide(next.variance, subtract(1, beta2Power));
  return { next, meanHat, varianceHat };
}

/**
 * AdamW (Loshchilov and Hutter 2019): `p ← p(1 − ηλ)`, `m ← β₁m + (1−β₁)g`, `v ← β₂v + (1−β₂)g²`, `p ← p − η·m̂/(√v̂ + ε)`.
 *
 * Equal to PyTorch's `AdamW`; in a compiled step on TensorFlow each parameter is one in-place kernel. State: `mean`, `variance`.
 *
 * @throws {RangeError} naming every option that is unknown or out of its range
 */
export function adamW({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0.01,
  ...shared
}: AdamWOptions): Optimiser {
  return leafOptimiser({
    name: 'adamW',
    options: { beta1, beta2, epsilon, weightDecay, ...shared },
    ...adamMoments(beta1, beta2),
    update: ({ parameter, gradient, state, rate, decay }, scalars) => {
      const { parameter: next, ...moments } = adamStep(
        { parameter, gradient, rate, ...momentsOf(state, scalars) },
        { beta1, beta2, epsilon, decay },
      );
      return { parameter: next, state: moments };
    },
  });
}
