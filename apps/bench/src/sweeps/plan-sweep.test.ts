import { join } from 'node:path';
import { specHash } from '@cloze/sweeps/node';
import { describe, expect, it } from 'vitest';
import { recipeOf } from '../recipes/all-recipes.ts';

import { planSweep } from './plan-sweep.ts';
import { longestFirst, runCost } from './run-cost.ts';
import { settingGrid } from './setting-grid.ts';

const plan = (set: readonly string[], seeds = [1, 2]) =>
  planSweep([recipeOf('drop-token')], {
    root: 'out',
    grid: settingGrid(set),
    size: 'tiny',
    seeds,
    arms: ['tnews.drop-0.00', 'tnews.drop-0.50'],
    data: 'poems',
  });

describe('planSweep', () => {
  it('resolves every run: recipes, settings, seeds, arms; no two share a hash or a folder', () => {
    const runs = plan(['tune.train.steps=2,4']);
    expect(runs).toHaveLength(8);
    expect(new Set(runs.map(({ spec }) => specHash(spec))).size).toBe(8);
    expect(new Set(runs.map(({ folder }) => folder)).size).toBe(8);
    expect(runs[5]).toMatchObject({
      folder: join('out', 'drop-token@tune.train.steps=4', 'tnews.drop-0.50-1'),
      spec: { settings: { rate: 0.5, tune: { train: { steps: 4 } } }, seed: 1 },
    });
  });
  it('lies where bench run looks when nothing has several values, and refuses a setting there is not', () => {
    expect(plan(['tune.train.steps=2'])[0]?.folder).toBe(join('out', 'drop-token', 'tnews.drop-0.00-1'));
    expect(() => plan(['tune.train.step=2'])).toThrow("did you mean 'tune.train.steps'?");
  });
});

describe('order', () => {
  const minutes = { tiny: 1, laptop: 2, full: 3 };
  it('is the longest first by what was measured, of equal ones the first seed first', () => {
    const runs = plan(['tune.train.steps=2,4']);
    const measured = (index: number, seconds: number) => ({
      spec: runs[index]?.spec as never,
      manifest: { seconds } as never,
    });
    // The first arm with 4 steps took 90 s; the second arm 70 s with 2 steps, and with 4 nobody knows.
    const cost = runCost([measured(4, 90), measured(1, 70), measured(1, 50), measured(1, 72)], () => ({ minutes }));
    const costs = runs.map(({ spec }) => cost(spec));
    expect(costs).toEqual([90, 70, 90, 70, 90, 70, 90, 70]);
    expect(longestFirst(runs, cost, false).map((run) => runs.indexOf(run))).toEqual([0, 4, 2, 6, 1, 5, 3, 7]);
    expect(longestFirst(runs, cost, true).map((run) => runs.indexOf(run))).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
  });
  it('where nothing was measured, what the recipe says', () => {
    expect(runCost([], () => ({ minutes }))(plan([])[0]?.spec as never)).toBe(60);
  });
});
