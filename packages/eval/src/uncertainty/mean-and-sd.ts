import { allFinite } from '../checks/all-finite.ts';

/** Mean and sample standard deviation (n − 1) of runs; sd is NaN for a single run. @throws {RangeError} for none, or numbers that are not finite */
export function meanAndSd(values: ArrayLike<number>): {
  readonly n: number;
  readonly mean: number;
  readonly sd: number;
} {
  const n = values.length;
  if (n === 0) throw new RangeError('meanAndSd: expected at least one value, got none.');
  allFinite('meanAndSd', 'values', values);
  let total = 0;
  for (let i = 0; i < n; i++) total += values[i] as number;
  const mean = total / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((values[i] as number) - mean) ** 2;
  return { n, mean, sd: n === 1 ? Number.NaN : Math.sqrt(squares / (n - 1)) };
}
