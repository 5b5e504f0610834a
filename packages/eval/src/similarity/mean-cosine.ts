import { unitVector } from './unit-vector.ts';
import { type Vectors, widthOf } from './vectors.ts';

/**
 * Mean cosine over all pairs of different vectors (Ethayarajh 2019): near 0 in an isotropic set, near 1 in a narrow cone.
 *
 * @throws {RangeError} for fewer than two vectors
 */
export function meanCosine(vectors: Vectors): number {
  const width = widthOf('meanCosine', vectors, 2);
  const sum = new Float64Array(width);
  let own = 0;
  for (const vector of vectors) {
    const unit = unitVector(vector);
    for (let k = 0; k < width; k++) sum[k]! += unit[k] as number;
    own += unit.reduce((square, value) => square + value * value, 0);
  }
  // |Σ u|² holds every pair twice and each vector with itself once.
  const all = sum.reduce((square, value) => square + value * value, 0);
  // Rounding may leave a trace outside.
  return Math.max(-1, Math.min(1, (all - own) / (vectors.length * (vectors.length - 1))));
}
