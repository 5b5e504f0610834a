import { expect, it } from 'vitest';
import { compareSystems } from './compare-systems.ts';
import { pairedT } from './paired-t.ts';

const test = (a: ArrayLike<number>, b: ArrayLike<number>) => pairedT(a, b).p;

it('marks what stays significant after the correction', () => {
  const base = [60, 61, 60.5, 60.2, 60.8];
  const rows = compareSystems(
    [
      { name: 'baseline', values: base },
      { name: 'much better', values: base.map((x, i) => x + 2 + 0.01 * i) },
      { name: 'p 0.03 alone', values: base.map((x, i) => x + [0.2, 0.4, 0.1, 0.5, 0.05][i]!) },
      { name: 'noise', values: base.map((x, i) => x + [1, -1, 0.5, -0.4, 0][i]!) },
    ],
    { test },
  );
  expect(rows.map(({ name, mark }) => [name, mark])).toEqual([
    ['baseline', ''],
    ['much better', '***'],
    ['p 0.03 alone', ''],
    ['noise', ''],
  ]);
  expect(rows[0]).toMatchObject({ n: 5, mean: expect.closeTo(60.5, 10), difference: 0, p: null, adjustedP: null });
  expect(rows.map(({ significant }) => significant)).toEqual([false, true, false, false]);
  expect(rows[2]?.p).toBeLessThan(0.05);
  expect(rows[2]?.adjustedP).toBeCloseTo(2 * (rows[2]?.p as number), 12);
  expect(rows[1]?.difference).toBeCloseTo(2.02, 10);
});

it('names all that cannot be compared', () => {
  const systems = [
    { name: 'a', values: [1, 2] },
    { name: 'b', values: [1] },
    { name: 'b', values: [1, 2, 3] },
  ];
  expect(() => compareSystems(systems, { test })).toThrow(
    'compareSystems: b has 1 values, a 2; b has 3 values, a 2; b stands twice.',
  );
  expect(() => compareSystems([], { test })).toThrow('got no system');
});
