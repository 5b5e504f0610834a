import { allFinite } from '../checks/all-finite.ts';
import { sameLength } from '../checks/same-length.ts';

/**
 * Pearson correlation `Σ (x−x̄)(y−ȳ) / √(Σ (x−x̄)²·Σ (y−ȳ)²)`, −1 to 1; NaN when either list is constant, as in SciPy.
 *
 * @throws {RangeError} for lists of different or zero length, or numbers that are not finite
 */
export function pearsonCorrelation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  sameLength('pearsonCorrelation', ['x', x.length], ['y', y.length]);
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
    const result = Float64Array.from(values, (value) => value - mean);
    return { result, length: Math.sqrt(result.reduce((sum, value) => sum + value * value, 0)) };
  };
  const [a, b] = [centred(x), centred(y)];
  if (a.length === 0 || b.length === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += ((a.result[i] as number) / a.length) * ((b.result[i] as number) / b.length);
  return Math.max(-1, Math.min(1, sum));
}
