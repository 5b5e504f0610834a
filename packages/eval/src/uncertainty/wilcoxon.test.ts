import { expect, it } from 'vitest';
import { binomialBound } from '../../test/binomial-bound.ts';
import { normal } from '../../test/normal.ts';
import { oracle } from '../../test/oracle.ts';
import { stream } from '../../test/stream.ts';
import { wilcoxon } from './wilcoxon.ts';

interface Case {
  a: number[];
  b: number[];
  statistic: number;
  p: number;
}
const fixture = oracle<{ wilcoxon: { exact: [Case, Case]; tied: Case; approximate: Case } }>('uncertainty').wilcoxon;

it.each([
  ['exact, 8 pairs', fixture.exact[0], true],
  ['exact, 40 pairs', fixture.exact[1], true],
  ['exact with ties and zeros, against all signs', fixture.tied, true],
  ['approximate with ties and zeros', fixture.approximate, false],
])('equals SciPy: %s', (_, { a, b, statistic, p }, exact) => {
  const got = wilcoxon(a, b);
  expect(got.p / p).toBeCloseTo(1, 9);
  expect(got).toMatchObject({ statistic, exact });
});

it.each([20, 80])('gives a false alarm in 5 %% of 2000 simulations of %d pairs', (n) => {
  const random = stream(7);
  let alarms = 0;
  for (let trial = 0; trial < 2000; trial++) {
    const a = Array.from({ length: n }, () => normal(random));
    if (wilcoxon(a, new Float64Array(n)).p < 0.05) alarms++;
  }
  expect(Math.abs(alarms / 2000 - 0.05)).toBeLessThan(binomialBound(0.05, 2000));
});

it('of two equal systems p is 1', () => {
  expect(wilcoxon([1, 2], [1, 2])).toEqual({ statistic: 0, pairs: 0, p: 1, exact: true });
  expect(() => wilcoxon([1], [Number.NaN])).toThrow('b[0] is NaN');
});
