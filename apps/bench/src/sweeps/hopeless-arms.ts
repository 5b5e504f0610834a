import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeWhole } from 'cloze/terminal';
import { z } from 'zod';
import { recipeOf } from '../recipes/all-recipes.ts';
import { judgeRecipe } from '../report/recipes/judge-recipe.ts';
import { type RunRecord, readJson } from '../runs/run-record.ts';
import type { RecipeRun } from '../runs/run-spec.ts';

const stoppedSchema = z.object({
  /** The folder of its runs: a recipe, and the settings that a sweep varies. */
  folder: z.string(),
  arm: z.string(),
  seeds: z.int(),
  /** Against the baseline, in each column that the arm fills; p is corrected for the number of rows. */
  figures: z.array(
    z.object({ column: z.string(), difference: z.number(), low: z.number(), high: z.number(), p: z.number() }),
  ),
  at: z.iso.datetime(),
});
/** An arm whose other seeds are not done, and by what that was decided. */
export type StoppedArm = z.infer<typeof stoppedSchema>;

/** An arm is left out where chance alone would make it as bad so seldom. */
const level = 0.01;

/** Where a sweep keeps which arms it stopped. */
const stoppedArmsFile = (root: string) => join(root, 'stopped-arms.json');

/** Arms below a root that a sweep stopped. */
export function stoppedArms(root: string): StoppedArm[] {
  const path = stoppedArmsFile(root);
  return existsSync(path) ? readJson(path, z.array(stoppedSchema)) : [];
}

/** Why an arm has fewer seeds than others, in one line. */
export function whyStopped({ seeds, figures }: StoppedArm): string {
  const worse = figures.map(
    ({ column, difference, low, high, p }) =>
      `${column} ${difference.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}], p ${p.toPrecision(2)}`,
  );
  return `its other seeds were left out after ${seeds}, for it was worse than the baseline: ${worse.join('; ')}`;
}

/**
 * What an arm's figures say of it after its first seeds: worse than the baseline of the same seeds and examples in every column that it fills, each by a
 * test over examples and seeds at 0.01, Bonferroni-corrected over rows; undefined where that is not so. The baseline is never stopped.
 *
 * @param records finished runs of one folder @param least seeds that must be there, 3 or more
 */
export function isHopeless(
  records: readonly RunRecord[],
  arm: string,
  least: number,
): Pick<StoppedArm, 'seeds' | 'figures'> | undefined {
  const own = records.filter(({ spec }) => spec.arm === arm);
  const [first] = own;
  if (!first || own.length < least) return undefined;
  const recipe = recipeOf(first.spec.recipe);
  if (first.spec.row === recipe.baseline) return undefined;
  const beside = records.filter(({ spec }) => spec.row === recipe.baseline);
  const { cells, columns } = judgeRecipe(recipe, [...own, ...beside]);
  const rows = new Set(records.map(({ spec }) => spec.row)).size - 1;
  const filled = cells.filter(({ row }) => row === first.spec.row);
  const figures = filled.flatMap(({ column, against }) => {
    const { higherIsBetter } = columns.find(({ name }) => name === column) ?? {};
    if (!against?.seedsCovered || against.seeds < least) return [];
    const { difference, low, high, p = 1 } = against;
    const corrected = Math.min(1, p * Math.max(1, rows));
    if (low === undefined || high === undefined || difference > 0 === higherIsBetter || corrected >= level) return [];
    return [{ column, difference, low, high, p: corrected }];
  });
  return filled.length > 0 && figures.length === filled.length ? { seeds: own.length, figures } : undefined;
}

/** Which arms of a sweep go on. */
export interface ArmsKept {
  /** Takes a new record into account. @returns what was stopped by it */
  recorded(run: RecipeRun, record: RunRecord): StoppedArm | undefined;
  /** Whether a run's arm was stopped, now or by an earlier command. */
  isLeftOut(run: RecipeRun): boolean;
}

/**
 * Stops arms below a root whose first seeds leave no hope, and keeps which in `stopped-arms.json` there.
 *
 * @param least seeds before an arm may be stopped; undefined: none is @param before records that are there already
 */
export function armsKept(root: string, least: number | undefined, before: readonly RunRecord[]): ArmsKept {
  if (least === undefined) return { recorded: () => undefined, isLeftOut: () => false };
  const path = stoppedArmsFile(root);
  const stopped = stoppedArms(root);
  const known = new Map<string, RunRecord[]>();
  const inFolder = (folder: string) => {
    const list = known.get(folder) ?? [];
    known.set(folder, list);
    return list;
  };
  for (const record of before) inFolder(basename(dirname(record.folder))).push(record);
  const isStopped = (folder: string, arm: string) => stopped.some((one) => one.folder === folder && one.arm === arm);
  return {
    recorded: ({ spec: { arm }, folder: own }, record) => {
      const folder = basename(dirname(own));
      const records = inFolder(folder);
      records.push(record);
      if (isStopped(folder, arm)) return undefined;
      const verdict = isHopeless(records, arm, least);
      if (!verdict) return undefined;
      const one: StoppedArm = { folder, arm, ...verdict, at: new Date().toISOString() };
      stopped.push(one);
      writeWhole(path, `${JSON.stringify(stopped, null, 1)}\n`);
      return one;
    },
    isLeftOut: ({ spec, folder }) => isStopped(basename(dirname(folder)), spec.arm),
  };
}
