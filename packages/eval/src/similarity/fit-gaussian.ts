import { checkOptions, real } from '@cloze/checks';
import { type Vectors, widthOf } from './vectors.ts';

/** A normal distribution. */
export interface Gaussian {
  /** `[width]`. */
  readonly mean: Float64Array;
  /** `[width × width]`, row by row. */
  readonly covariance: Float64Array;
}

/**
 * The normal distribution fitted to vectors: their mean and their covariance (n − 1), as `numpy.cov`.
 *
 * @param options.ridge added to the diagonal, default 0; a set of fewer vectors than width + 1 has a singular covariance without it
 * @throws {RangeError} for fewer than two vectors
 */
export function fitGaussian(vectors: Vectors, options: { readonly ridge?: number } = {}): Gaussian {
  checkOptions('fitGaussian', options, { ridge: real({ from: 0 }) });
  const { ridge = 0 } = options;
  const width = widthOf('fitGaussian', vectors, 2);
  const mean = new Float64Array(width);
  for (const vector of vectors) for (let i = 0; i < width; i++) mean[i]! += (vector[i] as number) / vectors.length;
  const covariance = new Float64Array(width * width);
  const away = new Float64Array(width);
  for (const vector of vectors) {
    for (let i = 0; i < width; i++) away[i] = (vector[i] as number) - (mean[i] as number);
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++) covariance[i * width + j]! += (away[i] as number) * (away[j] as number);
  }
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      const value = (covariance[i * width + j] as number) / (vectors.length - 1) + (i === j ? ridge : 0);
      covariance[i * width + j] = covariance[j * width + i] = value;
    }
  }
  return { mean, covariance };
}
