import { expect, it } from 'vitest';
import { expected } from '../../test/similarity-oracle.ts';
import { meanCosine } from './mean-cosine.ts';
import { partitionIsotropy } from './partition-isotropy.ts';

it('mean cosine and partition isotropy equal NumPy', () => {
  expect(meanCosine(expected.first)).toBeCloseTo(expected.meanCosine, 12);
  expect(partitionIsotropy(expected.first)).toBeCloseTo(expected.isotropy, 10);
});

it('a cross is isotropic, a ray is not, and long vectors do not overflow', () => {
  const cross = [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ];
  expect(partitionIsotropy(cross)).toBeCloseTo(1, 12);
  expect(meanCosine(cross)).toBeCloseTo(-1 / 3, 12);
  expect(
    meanCosine([
      [1, 0],
      [5, 0],
    ]),
  ).toBe(1);
  expect(
    partitionIsotropy([
      [1000, 0],
      [1000, 1],
    ]),
  ).toBe(0);
});
