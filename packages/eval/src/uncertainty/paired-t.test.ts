import { expect, it } from 'vitest';
import { binomialBound } from '../../test/binomial-bound.ts';
import { normal } from '../../test/normal.ts';
import { oracle } from '../../test/oracle.ts';
import { stream } from '../../test/stream.ts';
import { pairedT } from './paired-t.ts';
import { welchT } from './welch-t.ts';

interface Case {
  a: number[];
  b: number[];
  t: number;
  freedom: number;
  p: number;
  low: number;
  high: number;
}
const fixture = oracle<Record<'pairedT' | 'welchT', Case>>('uncertainty');

it.each([['pairedT', pairedT] as const, ['welchT', welchT] as const])('%s equals SciPy', (name, test) => {
  const { a, b, ...expected } = fixture[name];
  const got = test(a, b);
  for (const key of ['t', 'freedom', 'p', 'low', 'high'] as const) expect(got[key], key).toBeCloseTo(expected[key], 9);
});

it.each([['pairedT', pairedT] as const, ['welchT', welchT] as const])(
  '%s gives a false alarm in 5 %% of 4000 simulations of five seeds',
  (_, test) => {
    const random = stream(8);
    let alarms = 0;
    for (let trial = 0; trial < 4000; trial++) {
      const five = () => Array.from({ length: 5 }, () => normal(random));
      if (test(five(), five()).p < 0.05) alarms++;
    }
    // Welch's degrees of freedom are approximate, and cautious for five seeds: 4.4 % in 10⁶ simulations with SciPy.
    const truth = test === welchT ? 0.044 : 0.05;
    expect(Math.abs(alarms / 4000 - truth)).toBeLessThan(binomialBound(truth, 4000));
  },
);

it('knows lists without spread', () => {
  expect(pairedT([1, 2], [1, 2])).toMatchObject({ difference: 0, t: 0, p: 1 });
  expect(pairedT([2, 3], [1, 2])).toMatchObject({ difference: 1, p: 0 });
  expect(welchT([2, 2], [1, 1])).toMatchObject({ difference: 1, p: 0 });
  expect(welchT([2, 2], [2, 2])).toMatchObject({ difference: 0, p: 1 });
  expect(() => welchT([1], [1, 2])).toThrow('got 1 and 2');
});
