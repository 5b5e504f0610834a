import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { type Vectors, widthOf } from './vectors.ts';

/**
 * Isotropy by the partition function, `min Z(c) / max Z(c)` with `Z(c) = Σ exp(c·x)` over the eigenvectors c of `XᵀX`, both signs
 * (Mu and Viswanath 2018): 1 is isotropic, 0 a single direction.
 *
 * @throws {RangeError} for no vector
 */
export function partitionIsotropy(vectors: Vectors): number {
  const width = widthOf('partitionIsotropy', vectors);
  const second = new Float64Array(width * width);
  for (const x of vectors)
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++) second[i * width + j]! += (x[i] as number) * (x[j] as number);
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) second[j * width + i] = second[i * width + j] as number;
  // Eigenvectors do not depend on the scale, and the decomposition fails on numbers next to the least there are.
  const largest = second.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [i, value] of second.entries())
    second[i] = Math.abs(value) < largest * 1e-100 ? 0 : value / (largest || 1);
  const { eigenvectorMatrix } = new EigenvalueDecomposition(Matrix.from1DArray(width, width, second), {
    assumeSymmetric: true,
  });
  // exp overflows for long vectors, so sums are kept as logarithms.
  const logs: number[] = [];
  for (let column = 0; column < width; column++) {
    const dots = vectors.map((x) => {
      let dot = 0;
      for (let i = 0; i < width; i++) dot += (x[i] as number) * eigenvectorMatrix.get(i, column);
      return dot;
    });
    for (const sign of [1, -1]) {
      const top = dots.reduce((most, dot) => Math.max(most, sign * dot), Number.NEGATIVE_INFINITY);
      logs.push(top + Math.log(dots.reduce((sum, dot) => sum + Math.exp(sign * dot - top), 0)));
    }
  }
  const least = logs.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = logs.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  return Math.exp(least - most);
}
