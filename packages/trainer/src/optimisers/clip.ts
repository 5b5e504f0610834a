import { add, divide, fill, minimum, multiply, sqrt, square, sum, type Tensor } from '@cloze/backend';
import { checkArguments, real } from '@cloze/checks';
import { mapLeaves } from './leaves.ts';
import type { GradientPart, Operands } from './optimiser.ts';

/** `√Σ‖g‖²` over the gradients of all parameters that are trained; a scalar. */
export function globalNorm({ parameters, gradients }: Operands): Tensor {
  // In the parameters' own order: the sum of a deep model's many squares depends on it in the last bit.
  const inOrder = Object.keys(parameters).flatMap((path) => gradients[path] ?? []);
  return sqrt(inOrder.reduce((total, g) => add(total, sum(square(g))), fill([], 0)));
}

/**
 * Scales all gradients by `min(1, maxNorm/‖g‖)`, so that their joint norm is at most `maxNorm` (Pascanu et al. 2013).
 *
 * The denominator has PyTorch's 1e-6, so that a norm of exactly zero is safe. Reports `gradNorm`, the norm before.
 *
 * @param maxNorm > 0, such as 1 @throws {RangeError} for another
 */
export function clip(maxNorm: number): GradientPart {
  checkArguments('clip', { maxNorm }, { maxNorm: real({ above: 0 }) });
  return {
    name: 'clip',
    settings: { maxNorm },
    update: (operands) => {
      const gradNorm = globalNorm(operands);
      const scale = minimum(divide(fill([], maxNorm), add(gradNorm, 1e-6)), 1);
      return { gradients: mapLeaves(operands.gradients, (g) => multiply(g, scale)), metrics: { gradNorm } };
    },
  };
}
