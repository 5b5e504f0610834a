import { Matrix } from 'ml-matrix';
import { allFinite } from '../checks/all-finite.ts';
import type { Gaussian } from './fit-gaussian.ts';

/** A covariance as a matrix. @throws {RangeError} when its size is not that of the mean squared */
export function squareMatrix(where: string, { mean, covariance }: Gaussian): Matrix {
  const width = mean.length;
  if (covariance.length !== width * width)
    throw new RangeError(`${where}: a covariance has ${covariance.length} numbers, expected ${width} × ${width}.`);
  allFinite(where, 'covariance', covariance);
  return new Matrix(Array.from({ length: width }, (_, i) => covariance.subarray(i * width, (i + 1) * width)));
}
