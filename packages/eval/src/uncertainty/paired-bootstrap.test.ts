import { expect, it } from 'vitest';
import { binomialBound } from '../../test/binomial-bound.ts';
import { normal } from '../../test/normal.ts';
import { stream } from '../../test/stream.ts';
import { pairedBootstrap } from './paired-bootstrap.ts';

/** Two systems on the same 150 examples: hard examples are hard for both, A better by `gain`. */
function systems(random: { next(): number }, gain: number): [number[], number[]] {
  const shared = Array.from({ length: 150 }, () => normal(random));
  return [shared.map((x) => x + gain + 0.5 * normal(random)), shared.map((x) => x + 0.5 * normal(random))];
}

it('the interval holds a true difference of 0.1 in 95 %, and p is below 0.05 for no difference in 5 %, of 600 simulations', () => {
  const random = stream(5);
  let [held, alarms] = [0, 0];
  for (let trial = 0; trial < 600; trial++) {
    const [a, b] = systems(random, 0.1);
    const { low, high } = pairedBootstrap(a, b, { samples: 400, random });
    if (low <= 0.1 && 0.1 <= high) held++;
    const [c, d] = systems(random, 0);
    if (pairedBootstrap(c, d, { samples: 400, random }).p < 0.05) alarms++;
  }
  expect(Math.abs(held / 600 - 0.95)).toBeLessThan(binomialBound(0.95, 600));
  expect(Math.abs(alarms / 600 - 0.05)).toBeLessThan(binomialBound(0.05, 600));
});

it('finds a difference far below the spread of examples', () => {
  const [a, b] = systems(stream(6), 0.3);
  expect(pairedBootstrap(a, b, { random: stream(7) }).p).toBeLessThan(0.01);
});

it('a statistic gets the same examples of both systems', () => {
  const names = ['甲', '乙', '丙'];
  pairedBootstrap(names, names, {
    random: stream(8),
    samples: 20,
    statistic: (rows) => {
      expect(rows).toHaveLength(3);
      return 0;
    },
  });
  const total = (rows: readonly number[]) => rows.reduce((x, y) => x + y, 0);
  expect(pairedBootstrap([3, 5, 9], [1, 3, 7], { random: stream(9), samples: 50, statistic: total })).toMatchObject({
    difference: 6,
    low: 6,
    high: 6,
  });
});

it('of two equal systems p is 1', () => {
  expect(pairedBootstrap([1, 0, 1], [1, 0, 1], { random: stream(1), samples: 100 }).p).toBe(1);
  expect(() => pairedBootstrap([1], [], { random: stream(1) })).toThrow('got 1 and 0');
});
