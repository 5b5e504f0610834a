import { Matrix } from 'ml-matrix';
import { cholesky } from './cholesky.ts';
import type { Gaussian } from './fit-gaussian.ts';
import { meanDifference } from './mean-difference.ts';
import { solveLower } from './solve-lower.ts';
import { squareMatrix } from './square-matrix.ts';

/**
 * Bhattacharyya distance of two normal distributions, `−ln ∫ √(p·q)`:
 * `⅛ (μ_p − μ_q)ᵀ Σ⁻¹ (μ_p − μ_q) + ½ ln |Σ| − ¼ ln |Σ_p| − ¼ ln |Σ_q|` with `Σ = (Σ_p + Σ_q) / 2`. Symmetric, 0 for equal ones.
 *
 * @throws {RangeError} for different widths, or a singular covariance
 */
export function bhattacharyyaDistance(p: Gaussian, q: Gaussian): number {
  const where = 'bhattacharyyaDistance';
  const away = meanDifference(where, p, q);
  const [a, b] = [squareMatrix(where, p), squareMatrix(where, q)];
  const mixed = cholesky(where, Matrix.add(a, b).div(2));
  const distance = solveLower(mixed.lower, Matrix.columnVector(away)).norm('frobenius') ** 2;
  const logs = cholesky(where, a).logDeterminant + cholesky(where, b).logDeterminant;
  return distance / 8 + mixed.logDeterminant / 2 - logs / 4;
}
