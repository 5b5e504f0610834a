import { expect, it } from 'vitest';
import { expected } from '../../test/similarity-oracle.ts';
import { alignment } from './alignment.ts';
import { uniformity } from './uniformity.ts';

it('alignment and uniformity equal SciPy', () => {
  expect(alignment(expected.first, expected.second)).toBeCloseTo(expected.alignment, 12);
  expect(alignment(expected.first, expected.second, { alpha: 1 })).toBeCloseTo(expected.alignment1, 12);
  expect(uniformity(expected.first)).toBeCloseTo(expected.uniformity, 12);
});

it('do not depend on length; opposite pairs align worst, equal vectors are least uniform', () => {
  const long = expected.first.map((x) => x.map((value) => 3 * value));
  expect(uniformity(long)).toBeCloseTo(expected.uniformity, 12);
  expect(alignment([[1, 0]], [[-5, 0]])).toBe(4);
  expect(
    uniformity([
      [1, 0],
      [2, 0],
    ]),
  ).toBe(0);
  expect(
    uniformity([
      [1, 0],
      [-1, 0],
    ]),
  ).toBeCloseTo(-8, 12);
});

it('refuse what does not fit', () => {
  expect(() => alignment([[1]], [])).toThrow('got 1 and 0');
  expect(() => uniformity([[1]])).toThrow('at least 2 vectors, got 1');
});
