import { expect, it } from 'vitest';
import { expected } from '../../test/similarity-oracle.ts';
import { fitGaussian } from './fit-gaussian.ts';
import { fitWhitening } from './fit-whitening.ts';

const products = (vectors: readonly Float64Array[]) =>
  vectors.map((a) => vectors.map((b) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)));

it.each([
  ['all', 6, expected.whitened],
  ['three', 3, expected.whitened3],
])('%s directions: inner products equal those of NumPy’s whitening', (_, components, whitened) => {
  const got = products(fitWhitening(expected.first, { components }).apply(expected.first));
  for (const [i, row] of whitened.entries())
    for (const [j, value] of row.entries()) expect(got[i]?.[j]).toBeCloseTo(value, 9);
});

it('whitened vectors have mean 0 and covariance 1', () => {
  const { mean, covariance } = fitGaussian(fitWhitening(expected.first).apply(expected.first));
  expect([...mean]).toEqual(Array(6).fill(expect.closeTo(0, 10)));
  for (const [index, value] of covariance.entries()) expect(value).toBeCloseTo(index % 7 === 0 ? 1 : 0, 9);
});

it('says how many directions vary', () => {
  expect(() => fitWhitening(expected.first.slice(0, 4))).toThrow(
    '4 vectors vary in 3 of 6 directions, 6 are to be kept',
  );
  expect(fitWhitening(expected.first.slice(0, 4), { components: 3 }).components).toBe(3);
  expect(() => fitWhitening(expected.first, { components: 7 })).toThrow('from 1 to 6, got 7');
  expect(() => fitWhitening(expected.first).apply([[1]])).toThrow('fitted to 6 dimensions, got vectors of 1');
});
