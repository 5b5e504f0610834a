import { allFinite } from '../checks/all-finite.ts';
import { sameLength } from '../checks/same-length.ts';

/**
 * Pearson correlation `Σ (x−x̄)(y−ȳ) / √(Σ (x−x̄)²·Σ (y−ȳ)²)`, −1 to 1; NaN when either list is constant, as in SciPy.
 *
 * @throws {RangeError} for lists of different or zero length, or numbers that are not finite
 */
export function pearsonCorrelation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  sameLength('pearsonCorrelation', ['x', x], ['y', y]);
  allFinite('pearsonCorrelation', 'x', x);
  allFinite('pearsonCorrelation', 'y', y);
  const centred = (values: ArrayLike<number>) => {
    let total = 0;
    let constant = true;
    for (let i = 0; i < values.length; i++) {
      total += values[i] as number;
      if (values[i] !== values[0]) constant = false;
    }
    // Rounding of the mean must not turn a constant list into one that correlates.
    const mean = constant ? (values[0] as number) : total / values.length;
    return Float64Array.from(values, (value) => value - mean);
  };
  const [a, b] = [centred(x), centred(y)];
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += (a[i] as number) * (b[i] as number);
    squaresA += (a[i] as number) ** 2;
    squaresB += (b[i] as number) ** 2;
  }
  return Math.max(-1, Math.min(1, product / Math.sqrt(squaresA * squaresB)));
}
