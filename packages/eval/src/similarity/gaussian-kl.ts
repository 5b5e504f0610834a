import { Matrix } from 'ml-matrix';
import { cholesky } from './cholesky.ts';
import type { Gaussian } from './fit-gaussian.ts';
import { meanDifference } from './mean-difference.ts';
import { solveLower } from './solve-lower.ts';
import { squareMatrix } from './square-matrix.ts';

/**
 * Kullback-Leibler divergence of two normal distributions, in nats:
 * `KL(p‖q) = ½ [tr(Σ_q⁻¹ Σ_p) − d + (μ_p − μ_q)ᵀ Σ_q⁻¹ (μ_p − μ_q) + ln |Σ_q| − ln |Σ_p|]`.
 *
 * @throws {RangeError} for different widths, or a singular covariance
 */
export function gaussianKl(p: Gaussian, q: Gaussian): number {
  const away = meanDifference('gaussianKl', p, q);
  const own = cholesky('gaussianKl', squareMatrix('gaussianKl', p));
  const other = cholesky('gaussianKl', squareMatrix('gaussianKl', q));
  // With Σ = L·Lᵀ on both sides the trace is |L_q⁻¹ L_p|² and the distance |L_q⁻¹ (μ_p − μ_q)|².
  const trace = solveLower(other.lower, own.lower).norm('frobenius') ** 2;
  const distance = solveLower(other.lower, Matrix.columnVector(away)).norm('frobenius') ** 2;
  return (trace - away.length + distance + other.logDeterminant - own.logDeterminant) / 2;
}
