import { describe, expect, it } from 'vitest';
import { binomialBound } from '../../test/binomial-bound.ts';
import { normal } from '../../test/normal.ts';
import { stream } from '../../test/stream.ts';
import { studentLimit } from '../distributions/student-limit.ts';
import { detectableDifference, freedomOf, rowsToDetect, seedsToDetect } from './detectable-difference.ts';
import { type DifferenceSpread, differenceSpread } from './difference-spread.ts';
import { meanAndSd } from './mean-and-sd.ts';

/** Differences of trainings whose spread is known. */
function differences(
  random: { next(): number },
  { rows, seeds, both }: DifferenceSpread,
  n: number,
  s: number,
  mean = 0,
) {
  const ofRow = Array.from({ length: n }, () => Math.sqrt(rows) * normal(random));
  return Array.from({ length: s }, () => {
    const ofSeed = Math.sqrt(seeds ?? 0) * normal(random);
    return ofRow.map((row) => mean + row + ofSeed + Math.sqrt(both) * normal(random));
  });
}

describe('differenceSpread', () => {
  it('is the mean squares of a table by hand', () => {
    // Rows' means 1, 4, 7 and seeds' means 2, 6 about 4; what is left of [0 2 4] and [2 6 10] is ∓1, 0, ±1.
    const found = differenceSpread([
      [0, 2, 4],
      [2, 6, 10],
    ]);
    const both = 4 / 2;
    expect(found.both).toBeCloseTo(both, 12);
    expect(found.rows).toBeCloseTo((2 * 9 - both) / 2, 12);
    expect(found.seeds).toBeCloseTo((3 * 8 - both) / 3, 12);
  });

  it('finds the parts that 400 tables were drawn with', () => {
    const random = stream(21);
    const truth = { rows: 4, seeds: 0.5, both: 1 };
    const found = Array.from({ length: 400 }, () => differenceSpread(differences(random, truth, 40, 4)));
    for (const part of ['rows', 'seeds', 'both'] as const) {
      const { mean, sd } = meanAndSd(found.map((one) => one[part] as number));
      expect(Math.abs(mean - truth[part]), part).toBeLessThan(4 * (sd / Math.sqrt(400)));
    }
  });

  it('one seed says nothing of seeds, and equal differences have no spread', () => {
    expect(differenceSpread([[1, 3]])).toEqual({ rows: expect.closeTo(2, 12), seeds: null, both: 0 });
    expect(
      differenceSpread([
        [1, 1],
        [1, 1],
      ]),
    ).toEqual({ rows: 0, seeds: 0, both: 0 });
  });

  it('names what does not fit', () => {
    expect(() => differenceSpread([])).toThrow('got 0 with 0');
    expect(() => differenceSpread([[1]])).toThrow('two rows, got 1 with 1');
    expect(() => differenceSpread([[1, 2], [1]])).toThrow('seed 1 has 1 rows, the first 2');
    expect(() =>
      differenceSpread([
        [1, 2],
        [1, Number.NaN],
      ]),
    ).toThrow('differences of seed 1');
  });
});

describe('detectableDifference', () => {
  const spread = { rows: 9, seeds: 0.2, both: 4 };

  it('is found in about 80 % of 1,000 comparisons, by a test over rows and by one over seeds too', () => {
    for (const testOver of ['rows', 'rowsAndSeeds'] as const) {
      const random = stream(8);
      const [n, s] = [100, 4];
      const size = detectableDifference(spread, { rows: n, seeds: s }, { testOver });
      const ofRows = spread.rows / n + spread.both / (n * s);
      const ofSeeds = testOver === 'rows' ? 0 : spread.seeds / s;
      const error = Math.sqrt(ofRows + ofSeeds);
      const limit = studentLimit(0.95, freedomOf(ofRows, ofSeeds, { rows: n, seeds: s }));
      let found = 0;
      for (let trial = 0; trial < 1000; trial++) {
        const lists = differences(random, spread, n, s, size);
        const mean = lists.flat().reduce((a, b) => a + b, 0) / (n * s);
        if (Math.abs(mean) > limit * error) found++;
      }
      expect(Math.abs(found / 1000 - 0.8), testOver).toBeLessThan(binomialBound(0.8, 1000));
    }
  });

  it('of one list of rows it is the textbook formula', () => {
    // (1.96 + 0.8416)·sd/√n with so many rows that Student's limit is the normal one, and with 5 comparisons the limit of 0.005 on each side, 2.5758.
    const one = { rows: 250_000, seeds: null, both: 0 };
    expect(detectableDifference(one, { rows: 1e6, seeds: 1 })).toBeCloseTo((1.959963985 + 0.841621234) / 2, 4);
    expect(detectableDifference(one, { rows: 1e6, seeds: 1 }, { comparisons: 5 })).toBeCloseTo(
      (2.575829304 + 0.841621234) / 2,
      4,
    );
  });

  it('seeds and rows that a size needs are the least that reach it', () => {
    const seeds = seedsToDetect(spread, 400, 0.6) as number;
    expect(detectableDifference(spread, { rows: 400, seeds })).toBeLessThanOrEqual(0.6);
    expect(detectableDifference(spread, { rows: 400, seeds: seeds - 1 })).toBeGreaterThan(0.6);
    const rows = rowsToDetect(spread, 10, 0.6) as number;
    expect(detectableDifference(spread, { rows, seeds: 10 })).toBeLessThanOrEqual(0.6);
    expect(detectableDifference(spread, { rows: rows - 1, seeds: 10 })).toBeGreaterThan(0.6);
  });

  it('is null where rows, or seeds, can never be enough', () => {
    expect(seedsToDetect(spread, 50, 0.6)).toBeNull();
    expect(rowsToDetect(spread, 2, 0.6)).toBeNull();
    expect(seedsToDetect({ rows: 0, seeds: 0, both: 0 }, 50, 0.6)).toBe(1);
  });

  it('names an option that is out of its range', () => {
    expect(() => detectableDifference(spread, { rows: 10, seeds: 2 }, { power: 0.4 })).toThrow('power');
    expect(() => detectableDifference(spread, { rows: 0, seeds: 2 })).toThrow('rows');
    expect(() => seedsToDetect(spread, 10, Number.NaN)).toThrow('size');
    expect(() => rowsToDetect(spread, 10, 0)).toThrow('size');
  });
});
