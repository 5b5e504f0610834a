import { expect, it } from 'vitest';
import { expected } from '../../test/similarity-oracle.ts';
import { bhattacharyyaDistance } from './bhattacharyya-distance.ts';
import { fitGaussian } from './fit-gaussian.ts';
import { frechetDistance } from './frechet-distance.ts';
import { gaussianKl } from './gaussian-kl.ts';

const [p, q] = [fitGaussian(expected.first), fitGaussian(expected.other)];

it('mean and covariance equal NumPy', () => {
  expect([...p.mean]).toEqual(expected.mean.map((x) => expect.closeTo(x, 12)));
  expect([...p.covariance]).toEqual(expected.covariance.map((x) => expect.closeTo(x, 11)));
});

it('Fréchet equals SciPy, KL PyTorch, Bhattacharyya NumPy', () => {
  expect(frechetDistance(p, q)).toBeCloseTo(expected.frechet, 9);
  expect(gaussianKl(p, q)).toBeCloseTo(expected.kl, 9);
  expect(gaussianKl(q, p)).toBeCloseTo(expected.klBack, 9);
  expect(bhattacharyyaDistance(p, q)).toBeCloseTo(expected.bhattacharyya, 10);
});

it('in one dimension they are the formulas of the textbook', () => {
  const [a, b] = [1, 4].map((mean, i) => ({
    mean: Float64Array.of(mean),
    covariance: Float64Array.of([4, 9][i] as number),
  }));
  expect(frechetDistance(a!, b!)).toBeCloseTo(3 ** 2 + (2 - 3) ** 2, 12);
  expect(gaussianKl(a!, b!)).toBeCloseTo(Math.log(3 / 2) + (4 + 9) / 18 - 1 / 2, 12);
  expect(bhattacharyyaDistance(a!, b!)).toBeCloseTo(9 / 4 / 13 + 0.5 * Math.log(13 / 12), 12);
});

it('are 0 of a distribution and itself; Fréchet and Bhattacharyya are symmetric', () => {
  for (const distance of [frechetDistance, gaussianKl, bhattacharyyaDistance]) expect(distance(p, p)).toBeCloseTo(0, 6);
  expect(frechetDistance(q, p)).toBeCloseTo(expected.frechet, 9);
  expect(bhattacharyyaDistance(q, p)).toBeCloseTo(expected.bhattacharyya, 10);
});

it('too few vectors: Fréchet still holds, the others say what to do', () => {
  const few = fitGaussian(expected.first.slice(0, 4));
  expect(frechetDistance(p, few)).toBeCloseTo(expected.frechetSingular, 6);
  expect(frechetDistance(few, p)).toBeCloseTo(expected.frechetSingular, 6);
  expect(() => gaussianKl(p, few)).toThrow('width 6 is singular');
  expect(() => bhattacharyyaDistance(few, p)).toThrow('fit with a ridge, or more vectors');
  expect(gaussianKl(p, fitGaussian(expected.first.slice(0, 4), { ridge: 0.1 }))).toBeGreaterThan(0);
  expect(() => frechetDistance(p, fitGaussian([[1], [2]]))).toThrow('6 and 1 dimensions');
  expect(() => frechetDistance({ ...p, covariance: Float64Array.of(1) }, q)).toThrow('has 1 numbers, expected 6 × 6');
});
