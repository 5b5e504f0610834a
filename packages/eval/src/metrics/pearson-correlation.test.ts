import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { pearsonCorrelation } from './pearson-correlation.ts';

const { correlation } = oracle<{
  correlation: { x: number[]; y: number[]; pearson: number; far: number[]; near: number[]; farPearson: number };
}>('metrics');

it('equals SciPy, far from zero too', () => {
  expect(pearsonCorrelation(correlation.x, correlation.y)).toBeCloseTo(correlation.pearson, 12);
  expect(pearsonCorrelation(correlation.far, correlation.near)).toBeCloseTo(correlation.farPearson, 9);
});

it('is NaN for a constant list, whatever rounding does to its mean', () => {
  expect(pearsonCorrelation([0.1, 0.1, 0.1], [1, 2, 3])).toBeNaN();
});

it('names the numbers that are not finite', () => {
  expect(() => pearsonCorrelation([1, 2], [Number.NaN, 1])).toThrow('y[0] is NaN');
  const many = Array<number>(8).fill(Number.POSITIVE_INFINITY);
  expect(() => pearsonCorrelation(many, many)).toThrow('x[4] is Infinity and 3 more');
});
