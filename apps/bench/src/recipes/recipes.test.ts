import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@cloze/models/node';
import { describe, expect, it } from 'vitest';
import { scoreSet } from '../runs/score-set.ts';
import { allRecipes } from './all-recipes.ts';
import { dataFolder } from './parts/data-folder.ts';
import type { Lab, StepLine } from './parts/lab.ts';
import { resolveSettings } from './settings.ts';

describe('every recipe at size tiny, on poems', () => {
  it.each(allRecipes.map((recipe) => [recipe.name, recipe] as const))(
    '%s: the baseline and its most distant arm give figures',
    async (_name, recipe) => {
      const { engine } = await openEngine();
      const arms = recipe.arms(recipe.sizes.tiny);
      const baseline = arms.find(({ row }) => row === recipe.baseline);
      for (const arm of new Set([baseline, arms.at(-1)])) {
        if (!arm) continue;
        const folder = mkdtempSync(join(tmpdir(), 'cloze-recipe-'));
        const log: StepLine[] = [];
        const lab: Lab = {
          engine,
          placement: {},
          seed: 1,
          folder,
          data: dataFolder(undefined),
          encoder: undefined,
          signal: new AbortController().signal,
          rewind: () => {},
          log: (line) => log.push(line),
          say: () => {},
          now: () => performance.now() / 1000,
        };
        try {
          const { predictions, measures } = await recipe.run(
            lab,
            resolveSettings(recipe, 'tiny', {}, arm) as never,
            arm,
          );
          const scores = predictions.flatMap(scoreSet);
          expect(scores.length).toBeGreaterThan(0);
          for (const { value, n } of scores) {
            expect(Number.isFinite(value)).toBe(true);
            expect(n).toBeGreaterThan(2);
          }
          for (const value of Object.values(measures)) expect(Number.isFinite(value)).toBe(true);
          if (arm !== baseline) expect(log.length).toBeGreaterThan(0);
        } finally {
          rmSync(folder, { recursive: true });
        }
      }
      engine.dispose();
    },
    120_000,
  );
});

it.each(allRecipes.map((recipe) => [recipe.name, recipe] as const))(
  '%s: what an arm sets are settings, at every size',
  (_name, recipe) => {
    for (const size of ['tiny', 'laptop', 'full'] as const)
      for (const arm of recipe.arms(recipe.sizes[size])) expect(resolveSettings(recipe, size, {}, arm)).toBeDefined();
  },
);
