import { expect, it } from 'vitest';
import type { JudgedRecipe } from './judge-recipe.ts';
import { publishedDifferences } from './published-differences.ts';

/** A table whose one row differs from the baseline, with a spread so large over examples. */
function table(series: string, rows: number, own: { readonly difference?: number; readonly seeds?: number } = {}) {
  const seeds = own.seeds ?? 3;
  const against = { difference: 0.2, low: -1, high: 1.4, p: 0.7, adjustedP: 0.7, n: 1000, ...own };
  return {
    series,
    recipe: {
      name: 'made-up',
      baseline: 'none',
      published: [{ columns: ['tnews'], rows: { none: [50], ours: [52] } }],
    },
    columns: [{ name: 'tnews', higherIsBetter: true }],
    cells: [
      {
        row: 'ours',
        column: 'tnews',
        against: { ...against, seeds, seedsCovered: seeds > 2, spread: { rows, seeds: 0.5, both: 100 } },
      },
      { row: 'unpublished', column: 'tnews', against: { ...against, seeds, seedsCovered: true } },
    ],
  } as object as JudgedRecipe;
}

it('takes each published difference once, from the table that could see least, whatever it saw', () => {
  const of = (...tables: JudgedRecipe[]) =>
    publishedDifferences(tables).map(({ judged: { series }, direction: { row, ours } }) => [series, row, ours]);
  const [narrow, wide] = [table('narrow', 400), table('wide', 4000, { difference: 9 })];
  expect(of(wide, narrow)).toEqual([['narrow', 'ours', 0.2]]);
  expect(of(narrow, wide)).toEqual([['narrow', 'ours', 0.2]]);
  const alike = table('alike', 0);
  (alike.cells[0]?.against as { spread: object }).spread = { rows: 0, seeds: 0, both: 0 };
  // Two seeds say nothing of other seeds, however little their rows vary; and what answers alike everywhere could see nothing.
  expect(of(table('two seeds', 1, { seeds: 2 }), wide)).toEqual([['wide', 'ours', 9]]);
  expect(of(alike, table('other', 400))).toEqual([['other', 'ours', 0.2]]);
  expect(of(table('alone', 1, { seeds: 2 }))).toEqual([['alone', 'ours', 0.2]]);
});
