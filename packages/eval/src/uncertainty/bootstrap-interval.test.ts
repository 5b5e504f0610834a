import { expect, it } from 'vitest';
import { binomialBound } from '../../test/binomial-bound.ts';
import { stream } from '../../test/stream.ts';
import { macroF1 } from '../metrics/macro-f1.ts';
import { bootstrapInterval } from './bootstrap-interval.ts';

it('holds the truth in 95 % of 600 simulations of 200 answers', () => {
  const random = stream(1);
  let held = 0;
  for (let trial = 0; trial < 600; trial++) {
    const values = Array.from({ length: 200 }, () => (random.next() < 0.6 ? 1 : 0));
    const { low, high } = bootstrapInterval(values, { samples: 400, random });
    if (low <= 0.6 && 0.6 <= high) held++;
  }
  expect(Math.abs(held / 600 - 0.95)).toBeLessThan(binomialBound(0.95, 600));
});

it('of a statistic that is the mean equals that of the mean, draw by draw', () => {
  const values = Array.from({ length: 30 }, (_, i) => Math.sin(i));
  const statistic = (rows: readonly number[]) => rows.reduce((a, b) => a + b, 0) / rows.length;
  const own = bootstrapInterval(values, { samples: 50, random: stream(3), statistic });
  expect(own).toEqual(bootstrapInterval(values, { samples: 50, random: stream(3) }));
});

it('takes rows of any kind', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ said: i % 2, meant: i % 3 === 0 ? 1 - (i % 2) : i % 2 }));
  const { low, high } = bootstrapInterval(rows, {
    random: stream(4),
    samples: 200,
    statistic: (chosen) =>
      macroF1(
        chosen.map(({ said }) => said),
        chosen.map(({ meant }) => meant),
      ),
  });
  expect(low).toBeLessThan(2 / 3);
  expect(high).toBeGreaterThan(2 / 3);
});

it('refuses an empty list', () => {
  expect(() => bootstrapInterval([], { random: stream(1) })).toThrow('expected at least two examples, got 0');
});
