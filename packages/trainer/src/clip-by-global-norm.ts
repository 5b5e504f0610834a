import {
  add,
  divide,
  fill,
  flattenTree,
  isTensor,
  mapTree,
  minimum,
  multiply,
  sqrt,
  square,
  sum,
  type Tensor,
} from '@cloze/backend';

/** `√Σ‖g‖²` over all leaves of a tree; a scalar. */
export function globalNorm(gradients: unknown): Tensor {
  return sqrt(flattenTree(gradients, isTensor).reduce((total, [, g]) => add(total, sum(square(g))), fill([], 0)));
}

/**
 * Scales all gradients by `min(1, limit/‖g‖)`, so that their joint norm is at most `limit` (Pascanu et al. 2013).
 *
 * The denominator has PyTorch's 1e-6, so that a norm of exactly zero is safe.
 */
export function clipByGlobalNorm<S>(gradients: S, limit: number): { readonly gradients: S; readonly norm: Tensor } {
  const norm = globalNorm(gradients);
  const scale = minimum(divide(fill([], limit), add(norm, 1e-6)), 1);
  return { gradients: mapTree(gradients, (g) => multiply(g, scale), isTensor), norm };
}
