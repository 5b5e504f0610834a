import { unitVector } from './unit-vector.ts';
import { widthOf } from './vectors.ts';

/** Cosine of two vectors, −1 to 1; 0 when either is zero. @throws {RangeError} for vectors of different width */
export function cosineSimilarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
  widthOf('cosineSimilarity', [a, b]);
  const [x, y] = [unitVector(a), unitVector(b)];
  return Math.max(
    -1,
    Math.min(
      1,
      x.reduce((sum, value, i) => sum + value * (y[i] as number), 0),
    ),
  );
}
