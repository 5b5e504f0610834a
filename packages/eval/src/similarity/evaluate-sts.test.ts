import { expect, it } from 'vitest';
import { expected } from '../../test/similarity-oracle.ts';
import { cosineSimilarity } from './cosine-similarity.ts';
import { evaluateSts } from './evaluate-sts.ts';

it('equals SciPy', () => {
  const { pearson, spearman, cosines } = evaluateSts(expected.first, expected.second, expected.gold);
  expect(pearson).toBeCloseTo(expected.pearson, 12);
  expect(spearman).toBeCloseTo(expected.spearman, 12);
  expect([...cosines]).toEqual(expected.cosines.map((x) => expect.closeTo(x, 12)));
});

it('knows zero vectors, huge ones, and refuses what does not fit', () => {
  expect(cosineSimilarity([0, 0], [1, 0])).toBe(0);
  expect(cosineSimilarity([3, 4], [-6, -8])).toBe(-1);
  expect(() => cosineSimilarity([1], [1, 2])).toThrow('vector 0 has 1 numbers, vector 1 2');
  expect(() => evaluateSts([[1]], [[1]], [])).toThrow('got 1, 1 and 0');
});
