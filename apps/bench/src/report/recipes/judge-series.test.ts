import { expect, it } from 'vitest';
import type { Recipe } from '../../recipes/define-recipe.ts';
import { dropToken } from '../../recipes/drop-token.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { judgeSeries } from './judge-series.ts';
import { titleOf } from './title-of.ts';

const recipe = dropToken as object as Recipe<never>;
const run = (arm: string, seed: number, sha256: string, value: number): RunRecord => ({
  folder: arm,
  spec: {
    recipe: 'drop-token',
    arm,
    row: 'DropToken 0.00',
    seed,
    size: 'laptop',
    settings: {},
    data: 'folder',
    encoder: { name: 'folder', sha256 },
  },
  manifest: {} as never,
  steps: [],
  scores: [{ set: 'tnews', metric: 'accuracy', value, n: 1, higherIsBetter: true, examples: [value] }],
  measures: {},
});

it('the same run from two encoders is two tables, never a mean', () => {
  const judged = judgeSeries(recipe, [
    run('a', 1, 'aaaaaaaaaa', 10),
    run('a', 1, 'bbbbbbbbbb', 30),
    run('a', 2, 'aaaaaaaaaa', 20),
  ]);
  expect(judged.map(titleOf)).toEqual(['drop-token, from aaaaaaaa', 'drop-token, from bbbbbbbb']);
  expect(judged.map(({ cells }) => cells[0]?.mean)).toEqual([15, 30]);
});

it('runs from two encoders that do not meet are one table', () => {
  const judged = judgeSeries(recipe, [run('a', 1, 'aaaaaaaaaa', 10), run('b', 1, 'bbbbbbbbbb', 30)]);
  expect(judged.map(titleOf)).toEqual(['drop-token']);
  expect(judgeSeries(recipe, [])).toEqual([]);
});
