import { join } from 'node:path';
import type { Recipe, Size } from '../recipes/define-recipe.ts';
import { planRuns, type RecipeRun, type RunSpec } from '../runs/run-spec.ts';
import type { GridPoint } from './setting-grid.ts';

/**
 * The runs of a sweep: recipes, in each every choice of settings, in each its arms with every seed.
 *
 * A run's folder is `<root>/<recipe>/<arm>-<seed>` as that of `bench run`; a choice of settings that have several values stands behind the recipe's name.
 *
 * @throws {UsageError} for an arm or a setting that a recipe does not have
 */
export function planSweep(
  recipes: readonly Recipe[],
  {
    root,
    grid,
    ...rest
  }: {
    readonly root: string;
    readonly grid: readonly GridPoint[];
    readonly size: Size;
    readonly seeds: readonly number[];
    readonly arms?: readonly string[] | undefined;
    readonly encoder?: RunSpec['encoder'] | undefined;
    readonly data: RunSpec['data'];
  },
): RecipeRun[] {
  return recipes.flatMap((recipe) =>
    grid.flatMap(({ changes, label }) =>
      planRuns(recipe, { ...rest, changes }).map((spec) => ({
        spec,
        folder: join(root, label === '' ? recipe.name : `${recipe.name}@${label}`, `${spec.arm}-${spec.seed}`),
      })),
    ),
  );
}
