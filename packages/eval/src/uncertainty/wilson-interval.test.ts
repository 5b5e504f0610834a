import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { wilsonInterval } from './wilson-interval.ts';

const { wilson } = oracle<{ wilson: [right: number, n: number, level: number, low: number, high: number][] }>(
  'uncertainty',
);

it.each(wilson)('equals SciPy: %i of %i at %f', (right, n, level, low, high) => {
  const found = wilsonInterval(right / n, n, { level });
  expect(found.low).toBeCloseTo(low, 12);
  expect(found.high).toBeCloseTo(high, 12);
});

it('refuses a share beyond 1, no example and a level of 1, naming each', () => {
  expect(() => wilsonInterval(1.5, 3)).toThrow('share must lie between 0 and 1; got 1.5');
  expect(() => wilsonInterval(0.5, 0)).toThrow('n must be a whole number from 1; got 0');
  expect(() => wilsonInterval(0.5, 3, { level: 1 })).toThrow('level');
});
