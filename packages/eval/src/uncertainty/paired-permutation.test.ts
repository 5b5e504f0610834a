import { expect, it } from 'vitest';
import { binomialBound } from '../../test/binomial-bound.ts';
import { oracle } from '../../test/oracle.ts';
import { stream } from '../../test/stream.ts';
import { pairedPermutation } from './paired-permutation.ts';

const { permutation } = oracle<{ permutation: { a: number[]; b: number[]; difference: number; p: number }[] }>(
  'uncertainty',
);
const mean = (rows: readonly number[]) => rows.reduce((x, y) => x + y, 0) / rows.length;

it.each(permutation)(
  'equals SciPy over all swaps (p = $p), of the mean and of a statistic',
  ({ a, b, difference, p }) => {
    const expected = { difference: expect.closeTo(difference, 12), p: expect.closeTo(p, 12), exact: true };
    expect(pairedPermutation(a, b, { random: stream(1) })).toEqual(expected);
    expect(pairedPermutation(a, b, { random: stream(1), statistic: mean })).toEqual(expected);
  },
);

it.each(permutation)('random swaps come near the exact p = $p', ({ a, b, p }) => {
  const got = pairedPermutation(a, b, { random: stream(2), samples: 31 });
  expect(got.exact).toBe(a.length === 5 && 31 >= 32);
  const many = pairedPermutation([...a, ...Array<number>(20).fill(0)], [...b, ...Array<number>(20).fill(0)], {
    random: stream(3),
    samples: 20_000,
  });
  expect(many.exact).toBe(false);
  // Pairs that are equal change no sum, so p stays that of the pairs that differ.
  expect(Math.abs(many.p - p)).toBeLessThan(binomialBound(p, 20_000) + 1e-4);
});

it('gives a false alarm in 5 % of 1000 simulations of 40 pairs', () => {
  const random = stream(4);
  let alarms = 0;
  for (let trial = 0; trial < 1000; trial++) {
    const a = Array.from({ length: 40 }, () => random.next());
    const b = Array.from({ length: 40 }, () => random.next());
    if (pairedPermutation(a, b, { random, samples: 399 }).p <= 0.05) alarms++;
  }
  expect(Math.abs(alarms / 1000 - 0.05)).toBeLessThan(binomialBound(0.05, 1000));
});

it('swaps every example half of the time, also beyond the bits of one draw', () => {
  const seen = new Array<number>(60).fill(0);
  const a = seen.map((_, i) => i + 0.5);
  const b = seen.map((_, i) => -i - 0.5);
  let call = 0;
  pairedPermutation(a, b, {
    random: stream(5),
    samples: 2000,
    statistic: (rows) => {
      if (call++ % 2 === 0) for (const [i, row] of rows.entries()) if (row < 0) seen[i]!++;
      return 0;
    },
  });
  for (const count of seen) expect(Math.abs(count / 2000 - 0.5)).toBeLessThan(binomialBound(0.5, 2000));
});

it('refuses lists of different length', () => {
  expect(() => pairedPermutation([1], [1, 2], { random: stream(1) })).toThrow('got 1 and 2');
});
