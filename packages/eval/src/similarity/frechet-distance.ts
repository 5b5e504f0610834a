import { EigenvalueDecomposition } from 'ml-matrix';
import type { Gaussian } from './fit-gaussian.ts';
import { meanDifference } from './mean-difference.ts';
import { squareMatrix } from './square-matrix.ts';

/**
 * Fréchet distance of two normal distributions, squared, as FID reports it; its root is the 2-Wasserstein distance:
 * `|μ_p − μ_q|² + tr(Σ_p + Σ_q − 2 (Σ_p^½ Σ_q Σ_p^½)^½)` (Dowson and Landau 1982). Covariances may be singular.
 *
 * @throws {RangeError} for different widths
 */
export function frechetDistance(p: Gaussian, q: Gaussian): number {
  const where = 'frechetDistance';
  const squared = meanDifference(where, p, q).reduce((sum, value) => sum + value * value, 0);
  const [a, b] = [squareMatrix(where, p), squareMatrix(where, q)];
  const { eigenvectorMatrix: vectors, realEigenvalues } = new EigenvalueDecomposition(a, { assumeSymmetric: true });
  // Rounding makes zero eigenvalues slightly negative.
  const roots = realEigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
  // Σ_p^½ Σ_q Σ_p^½ in the basis of Σ_p's eigenvectors: the same eigenvalues.
  const inner = vectors.transpose().mmul(b).mmul(vectors).mulColumnVector(roots).mulRowVector(roots);
  const { realEigenvalues: inside } = new EigenvalueDecomposition(inner, { assumeSymmetric: true });
  const cross = inside.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
  return Math.max(0, squared + a.trace() + b.trace() - 2 * cross);
}
