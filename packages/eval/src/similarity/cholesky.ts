import { CholeskyDecomposition, type Matrix } from 'ml-matrix';

/** `Σ = L·Lᵀ`: L and ln |Σ|. @throws {RangeError} for a matrix that is not positive definite */
export function cholesky(where: string, matrix: Matrix): { readonly lower: Matrix; readonly logDeterminant: number } {
  const decomposition = new CholeskyDecomposition(matrix);
  const lower = decomposition.lowerTriangularMatrix;
  const logDeterminant = lower.diagonal().reduce((sum, value) => sum + 2 * Math.log(value), 0);
  if (!decomposition.isPositiveDefinite() || !Number.isFinite(logDeterminant))
    throw new RangeError(
      `${where}: a covariance of width ${matrix.rows} is singular, as it is when there are not more vectors than dimensions; fit with a ridge, or more vectors.`,
    );
  return { lower, logDeterminant };
}
