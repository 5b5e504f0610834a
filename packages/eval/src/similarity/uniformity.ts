import { checkOptions, real } from '@cloze/checks';
import { unitVector } from './unit-vector.ts';
import { type Vectors, widthOf } from './vectors.ts';

/**
 * Uniformity `ln mean over pairs exp(−t·|x − y|²)` of vectors at unit length (Wang and Isola 2020): the lower, the more evenly they fill the sphere;
 * 0 when all are equal. Takes count² / 2 distances.
 *
 * @param options.t default 2 @throws {RangeError} for fewer than two vectors
 */
export function uniformity(vectors: Vectors, options: { readonly t?: number } = {}): number {
  checkOptions('uniformity', options, { t: real({ above: 0 }) });
  const { t = 2 } = options;
  const width = widthOf('uniformity', vectors, 2);
  const units = vectors.map(unitVector);
  let total = 0;
  for (let i = 1; i < units.length; i++) {
    for (let j = 0; j < i; j++) {
      const [x, y] = [units[i] as Float64Array, units[j] as Float64Array];
      let square = 0;
      for (let k = 0; k < width; k++) square += ((x[k] as number) - (y[k] as number)) ** 2;
      total += Math.exp(-t * square);
    }
  }
  return Math.log(total / ((units.length * (units.length - 1)) / 2));
}
