import { expect, it } from 'vitest';
import { binomialBound } from '../../test/binomial-bound.ts';
import { normal } from '../../test/normal.ts';
import { oracle } from '../../test/oracle.ts';
import { stream } from '../../test/stream.ts';
import { meanAndSd } from './mean-and-sd.ts';
import { meanInterval } from './mean-interval.ts';

const { interval } = oracle<{
  interval: { values: number[]; mean: number; sd: number; bounds: [[number, number], [number, number]] };
}>('uncertainty');

it('equals NumPy and SciPy', () => {
  const { values, mean, sd, bounds } = interval;
  expect(meanAndSd(values)).toEqual({ n: 5, mean: expect.closeTo(mean, 10), sd: expect.closeTo(sd, 10) });
  for (const [i, level] of [0.9, 0.95].entries()) {
    const { low, high } = meanInterval(values, { level });
    expect(low).toBeCloseTo(bounds[i]?.[0] as number, 9);
    expect(high).toBeCloseTo(bounds[i]?.[1] as number, 9);
  }
});

it('holds the true mean of five normal seeds in 95 % of 4000 simulations, which mean ± 1.96 standard errors does not', () => {
  const random = stream(2);
  let [held, heldByNormal] = [0, 0];
  for (let trial = 0; trial < 4000; trial++) {
    const { n, mean, sd, low, high } = meanInterval(Array.from({ length: 5 }, () => 60 + 0.4 * normal(random)));
    if (low <= 60 && 60 <= high) held++;
    if (Math.abs(mean - 60) <= (1.96 * sd) / Math.sqrt(n)) heldByNormal++;
  }
  expect(Math.abs(held / 4000 - 0.95)).toBeLessThan(binomialBound(0.95, 4000));
  expect(Math.abs(heldByNormal / 4000 - 0.95)).toBeGreaterThan(binomialBound(0.95, 4000));
});

it('of one run there is a mean but no interval', () => {
  expect(meanAndSd([3])).toEqual({ n: 1, mean: 3, sd: Number.NaN });
  expect(() => meanInterval([3])).toThrow('got 1; run more seeds');
  expect(() => meanAndSd([])).toThrow('got none');
  expect(() => meanAndSd([1, Number.NaN])).toThrow('values[1] is NaN');
  expect(() => meanInterval([1, 2], { level: 95 })).toThrow('got 95');
});
