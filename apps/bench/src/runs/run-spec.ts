import { join } from 'node:path';
import type { PlannedRun } from '@cloze/sweeps/node';
import { UsageError } from 'cloze/terminal';
import type { z } from 'zod';
import type { Recipe, Size } from '../recipes/define-recipe.ts';
import { resolveSettings } from '../recipes/settings.ts';
import type { specSchema } from './record-schema.ts';

/** Everything that decides what a run computes. Its canonical JSON's hash is the run's identity. */
export type RunSpec = Readonly<z.infer<typeof specSchema>>;

/** A run of a recipe and where its record goes. */
export type RecipeRun = PlannedRun<RunSpec>;

/** The folder of a run below a root: `<recipe>/<arm>-<seed>`. */
export const runFolder = (root: string, { recipe, arm, seed }: Pick<RunSpec, 'recipe' | 'arm' | 'seed'>): string =>
  join(root, recipe, `${arm}-${seed}`);

/** All runs of a recipe: seeds outside, arms inside, so that a stopped series has whole seeds. */
export function planRuns(
  recipe: Recipe,
  {
    size,
    seeds,
    changes,
    arms,
    encoder,
    data,
  }: {
    readonly size: Size;
    readonly seeds: readonly number[];
    readonly changes: Readonly<Record<string, unknown>>;
    /** Keeps these arms, or rows, only. */
    readonly arms?: readonly string[] | undefined;
    readonly encoder?: RunSpec['encoder'] | undefined;
    readonly data: RunSpec['data'];
  },
): RunSpec[] {
  const base = resolveSettings(recipe, size, changes);
  const all = recipe.arms(base);
  const unknown = (arms ?? []).filter((name) => !all.some((arm) => arm.name === name || arm.row === name));
  if (unknown.length > 0)
    throw new UsageError(
      `${recipe.name}: no arm ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}.`,
    );
  const chosen = all.filter(({ name, row }) => !arms || arms.includes(name) || arms.includes(row));
  return seeds.flatMap((seed, i) =>
    chosen
      .filter(({ once }) => !once || i === 0)
      .map((arm) => ({
        recipe: recipe.name,
        arm: arm.name,
        row: arm.row,
        seed,
        size,
        settings: resolveSettings(recipe, size, changes, arm),
        ...(encoder && { encoder }),
        data,
      })),
  );
}
