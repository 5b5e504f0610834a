import { describe, expect, it } from 'vitest';
import { binomialBound } from '../../test/binomial-bound.ts';
import { normal } from '../../test/normal.ts';
import { stream } from '../../test/stream.ts';
import { macroF1 } from '../metrics/macro-f1.ts';
import { differenceOverSeeds, figureOverSeeds } from './over-seeds.ts';
import { pairedT } from './paired-t.ts';

/** Trainings on 60 rows: a mean, what a row adds, what a seed adds, and the rest. */
function trainings(random: { next(): number }, seeds: number, mean: number) {
  const ofRow = Array.from({ length: 60 }, () => 0.5 * normal(random));
  return Array.from({ length: seeds }, () => {
    const ofSeed = 0.1 * normal(random);
    return ofRow.map((row) => mean + row + ofSeed + 0.3 * normal(random));
  });
}

describe('figureOverSeeds', () => {
  it('holds the truth in about 95 % of 300 simulations of 4 seeds; rows alone would not', () => {
    const random = stream(5);
    let [held, byRows] = [0, 0];
    for (let trial = 0; trial < 300; trial++) {
      const runs = trainings(random, 4, 2);
      const all = figureOverSeeds(runs, { samples: 200, random });
      if (all.low <= 2 && 2 <= all.high) held++;
      const [one] = runs;
      const single = figureOverSeeds([one as number[]], { samples: 200, random });
      expect(single.seedsCovered).toBe(false);
      if (single.low <= 2 && 2 <= single.high) byRows++;
    }
    expect(held / 300).toBeGreaterThan(0.95 - binomialBound(0.95, 300));
    expect(byRows / 300).toBeLessThan(0.95 - binomialBound(0.95, 300));
  });

  it('of one seed is the percentile bootstrap; with seeds that agree only rows count', () => {
    const rows = [1, 0, 1, 1, 0, 1, 1, 1];
    const figure = figureOverSeeds([rows, rows, rows], { random: stream(1) });
    expect(figure).toMatchObject({ value: 0.75, n: 8, seeds: 3, sd: 0, seedsCovered: true });
    expect(figureOverSeeds([rows], { random: stream(1) })).toMatchObject({ value: 0.75, sd: null });
  });

  it('takes any statistic of rows', () => {
    const rows = [
      { said: 0, meant: 0 },
      { said: 1, meant: 0 },
      { said: 1, meant: 1 },
    ];
    const statistic = (chosen: readonly { said: number; meant: number }[]) =>
      macroF1(
        chosen.map(({ said }) => said),
        chosen.map(({ meant }) => meant),
      );
    expect(figureOverSeeds([rows], { statistic, random: stream(2) }).value).toBeCloseTo(2 / 3, 12);
  });

  it('refuses what has no answer', () => {
    const random = stream(1);
    expect(() => figureOverSeeds([], { random })).toThrow('at least one seed with one row');
    expect(() => figureOverSeeds([[1, 2], [1]], { random })).toThrow('seed 1 has 1 rows, the first 2');
    expect(() => figureOverSeeds([[Number.NaN]], { random })).toThrow('figures');
    expect(() => differenceOverSeeds([[1]], [[1], [1]], { random })).toThrow('1 seeds of 1 rows against 2 seeds');
  });
});

describe('differenceOverSeeds', () => {
  it('finds no difference where there is none in about 95 % of 300 comparisons of 4 seeds', () => {
    const random = stream(6);
    let found = 0;
    for (let trial = 0; trial < 300; trial++) {
      const [a, b] = [trainings(random, 4, 1), trainings(random, 4, 1)];
      if (differenceOverSeeds(a, b, { samples: 200, random }).p < 0.05) found++;
    }
    expect(found / 300).toBeLessThan(0.05 + binomialBound(0.05, 300));
  });

  it('what it calls detectable is found in about 80 % of 300 comparisons', () => {
    const random = stream(7);
    let found = 0;
    for (let trial = 0; trial < 300; trial++) {
      const [a, b] = [trainings(random, 5, 1), trainings(random, 5, 1)];
      const { detectable } = differenceOverSeeds(a, b, { samples: 200, random });
      const better = a.map((rows) => rows.map((row) => row + detectable));
      if (differenceOverSeeds(better, b, { samples: 200, random }).p < 0.05) found++;
    }
    expect(Math.abs(found / 300 - 0.8)).toBeLessThan(0.04 + binomialBound(0.8, 300));
  });

  it("is Student's paired test over seeds where rows do not differ", () => {
    const [a, b] = [
      [0.8, 0.9, 0.7, 0.85],
      [0.7, 0.75, 0.72, 0.6],
    ];
    const flat = (values: readonly number[]) => values.map((value) => Array.from({ length: 500 }, () => value));
    const found = differenceOverSeeds(flat(a), flat(b), { samples: 100, random: stream(3) });
    const { difference, low, high, p } = pairedT(a, b);
    expect(found.difference).toBeCloseTo(difference, 12);
    expect([found.low, found.high, found.p]).toEqual([low, high, p].map((value) => expect.closeTo(value, 6)));
  });

  it('equal trainings give p = 1', () => {
    const rows = [[1, 0, 1]];
    expect(differenceOverSeeds(rows, rows, { random: stream(4) })).toMatchObject({
      difference: 0,
      p: 1,
      detectable: 0,
    });
  });
});
