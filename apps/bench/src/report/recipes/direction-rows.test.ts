import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../runs/run-record.ts';
import { directionCells } from './direction-cells.ts';
import { directionRows } from './direction-rows.ts';
import type { Cell, JudgedRecipe } from './judge-recipe.ts';
import { planSeeds } from './plan-seeds.ts';

type Against = NonNullable<Cell['against']>;
const spread = { rows: 400, seeds: 0.5, both: 100 };

/** A recipe whose one row differs from the baseline as told, with a published difference. */
function judged(published: number, against: Partial<Against>, higherIsBetter = true): JudgedRecipe {
  const value = { difference: 0.2, low: -1, high: 1.4, p: 0.7, adjustedP: 0.7, seeds: 3, n: 1000, seedsCovered: true };
  const seconds = (row: string): RunRecord =>
    ({ spec: { row }, scores: [{ set: 'tnews' }], manifest: { seconds: 3600 } }) as never;
  return {
    recipe: {
      name: 'made-up',
      baseline: 'none',
      published: [{ caption: '', source: '', columns: ['tnews'], rows: { none: [50], ours: [50 + published] } }],
    } as never,
    rows: ['none', 'ours'],
    columns: [{ name: 'tnews', set: 'tnews', metric: 'accuracy', n: 1000, higherIsBetter }],
    cells: [{ row: 'ours', column: 'tnews', seeds: [], mean: 0, sd: 1, against: { ...value, spread, ...against } }],
    records: [seconds('none'), seconds('ours')],
  };
}
/** The same with a second row, of another published difference. */
function withSecondRow(one: JudgedRecipe, published: number): JudgedRecipe {
  const rows = { ...one.recipe.published[0]?.rows, other: [50 + published] };
  return {
    ...one,
    recipe: { ...one.recipe, published: [{ ...one.recipe.published[0], rows }] as never },
    cells: [...one.cells, { ...(one.cells[0] as Cell), row: 'other' }],
    records: [...one.records, { ...(one.records[1] as RunRecord), spec: { row: 'other' } as never }],
  };
}
const verdictOf = (published: number, against: Partial<Against>, higherIsBetter = true) =>
  directionRows(judged(published, against, higherIsBetter))[0];

describe('directionRows', () => {
  it.each<[string, number, Partial<Against>, string, number | undefined]>([
    ['the same direction, sure', 2, { difference: 3, low: 1, high: 5, adjustedP: 0.01 }, 'found', undefined],
    ['the other direction, sure', -2, { difference: 3, low: 1, high: 5, adjustedP: 0.01 }, 'opposite', undefined],
    ['not sure, and the published size is outside', 2, {}, 'bounded', 1.4],
    ['so for what was published to fall', -1.5, {}, 'bounded', 1],
    ['all of the interval in the other direction', -1, { low: 0.1, high: 1, adjustedP: 0.06 }, 'bounded', 0],
    ['not sure, and the published size is inside', 1, {}, 'too-small', 1.4],
    ['a wide interval decides nothing', 3, { low: -9, high: 8 }, 'too-small', 8],
    ['nothing published to change, and within a point', 0, { low: -0.6, high: 0.9 }, 'bounded', 0.9],
    ['nothing published to change, and not within a point', 0, {}, 'too-small', 1.4],
    ['two seeds, however sure', 2, { low: 1, high: 5, adjustedP: 0.001, seedsCovered: false }, 'too-small', undefined],
    ['models that answer alike', 2, { difference: 0, low: 0, high: 0, adjustedP: 1 }, 'too-small', undefined],
  ])('%s: %s', (_, published, against, verdict, bound) => {
    expect(verdictOf(published, against)).toMatchObject({ verdict, ...(bound !== undefined && { bound }) });
    expect(verdictOf(published, against)?.bound).toBe(bound);
  });

  it('a loss that falls is in the direction of an accuracy that rises', () => {
    expect(verdictOf(2, { difference: -3, low: -5, high: -1, adjustedP: 0.01 }, false)?.verdict).toBe('found');
    expect(verdictOf(2, { low: -1.4, high: 1 }, false)).toMatchObject({ verdict: 'bounded', bound: 1.4 });
  });

  it('says what could have been seen, and what the published difference needs', () => {
    // √(400/1000 + 0.5/3 + 100/3000) = 0.7746, and Student's limit is above the normal 1.96.
    const { detectable, seedsNeeded, rowsNeeded } = verdictOf(2.5, {}) as ReturnType<typeof directionRows>[number];
    expect(detectable).toBeGreaterThan((1.96 + 0.8416) * 0.7746);
    expect(detectable).toBeLessThan(1.15 * (1.96 + 0.8416) * 0.7746);
    expect(seedsNeeded).toBeGreaterThanOrEqual(2);
    expect(rowsNeeded).toBeLessThan(1000);
    expect(verdictOf(0.5, {})).toMatchObject({ seedsNeeded: null, rowsNeeded: null });
    expect(verdictOf(2, { spread: { rows: 0, seeds: 0, both: 0 } })).not.toHaveProperty('detectable');
    expect(directionCells(verdictOf(2, {}) as never)).toEqual(
      expect.arrayContaining(['+2.00', '+0.20 (-1.00 to +1.40)', 'bounded below 1.40']),
    );
  });
});

describe('planSeeds', () => {
  it('takes the cheapest first while the budget lasts, and a baseline once', () => {
    const both = withSecondRow(judged(2.4, { low: -3, high: 3 }), 2.3);
    const [one, two] = [planSeeds([both], 1e6), planSeeds([both], 0)];
    expect(one.differences.map(({ published }) => published)).toEqual(
      [2.4, 2.3].map((size) => expect.closeTo(size, 9)),
    );
    expect(two).toMatchObject({ hours: 0, differences: [{ chosen: false }, { chosen: false }] });
    // An hour a run, of the row and of its baseline; of the second row's baseline only what the first has not asked for.
    const [first, second] = one.differences.map(({ seedsNeeded }) => (seedsNeeded ?? 0) - 3) as [number, number];
    expect(one.differences.map(({ hours }) => hours)).toEqual([2 * first, second + (second - first)]);
    expect(one.hours).toBe(2 * second + first);
  });

  it('leaves out what is decided, and says where no number of seeds is enough', () => {
    expect(planSeeds([judged(2, {})], 30).differences).toEqual([]);
    expect(planSeeds([judged(0.5, { low: -3, high: 3 })], 30).differences).toMatchObject([
      { seedsNeeded: null, rowsNeeded: null, chosen: false },
    ]);
  });

  it('asks for three seeds even where one would be enough', () => {
    const found = planSeeds([judged(9, { low: -9, high: 9.5, seeds: 1, seedsCovered: false })], 30).differences;
    expect(found).toMatchObject([{ seedsNeeded: 3, hours: 4, chosen: true }]);
  });
});
