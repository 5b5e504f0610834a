import { canonicalJson } from '@cloze/sweeps/node';
import type { Recipe } from '../recipes/define-recipe.ts';
import { findRunFolders } from '../runs/find-run-folders.ts';
import { type RunRecord, readManifest, readSpec } from '../runs/run-record.ts';
import type { RunSpec } from '../runs/run-spec.ts';

/** What is known of how long runs take. */
export type Measured = Pick<RunRecord, 'spec' | 'manifest'>;

/** Finished runs below a folder, without their figures: a sweep has many. What cannot be read tells nothing here; `verify` says why. */
export function measuredRuns(root: string): Measured[] {
  return findRunFolders(root).flatMap((folder) => {
    try {
      return [{ spec: readSpec(folder), manifest: readManifest(folder) }];
    } catch {
      return [];
    }
  });
}

const median = (values: readonly number[]): number | undefined =>
  [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];

/**
 * Seconds that a run takes, by the nearest runs that were measured: the median of those that differ in the seed only, else of the arm at this size, else
 * of the recipe at this size; where there is none, what the recipe says of itself.
 */
export function runCost(
  measured: readonly Measured[],
  recipeOf: (name: string) => Pick<Recipe, 'minutes'>,
): (spec: RunSpec) => number {
  const seconds = new Map<string, number[]>();
  const keysOf = ({ recipe, arm, size, settings }: RunSpec) => [
    canonicalJson([recipe, size, arm, settings]),
    canonicalJson([recipe, size, arm]),
    canonicalJson([recipe, size]),
  ];
  for (const { spec, manifest } of measured)
    for (const key of keysOf(spec)) {
      const list = seconds.get(key) ?? [];
      list.push(manifest.seconds);
      seconds.set(key, list);
    }
  const known = new Map<string, number>();
  for (const [key, list] of seconds) known.set(key, median(list) as number);
  return (spec) => {
    for (const key of keysOf(spec)) {
      const cost = known.get(key);
      if (cost !== undefined) return cost;
    }
    return 60 * recipeOf(spec.recipe).minutes[spec.size];
  };
}

/**
 * Runs in the order in which they are taken: the longest first, so that the last to end are short; of equal ones the first seed first.
 *
 * @param bySeed whole seeds first, the longest first within each: for a sweep that leaves arms out by what their first seeds gave
 */
export function longestFirst<R extends { readonly spec: RunSpec }>(
  runs: readonly R[],
  cost: (spec: RunSpec) => number,
  bySeed: boolean,
): R[] {
  const costs = new Map(runs.map((run) => [run, cost(run.spec)]));
  const longer = (a: R, b: R) => (costs.get(b) as number) - (costs.get(a) as number);
  const earlier = (a: R, b: R) => a.spec.seed - b.spec.seed;
  return [...runs].sort((a, b) => (bySeed ? earlier(a, b) || longer(a, b) : longer(a, b) || earlier(a, b)));
}
