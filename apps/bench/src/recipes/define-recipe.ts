import type { z } from 'zod';
import type { Lab } from './parts/lab.ts';
import type { PredictionSet } from './parts/prediction-set.ts';

/** Names of sizes: seconds in a test, what two cores finish in an evening, what the article did. */
export const sizes = ['tiny', 'laptop', 'full'] as const;
export type Size = (typeof sizes)[number];

/** A table as it was published. */
export interface PublishedTable {
  readonly caption: string;
  /** Where it stands. */
  readonly source: string;
  /** Columns by name; the same names as our prediction sets where they can be compared. */
  readonly columns: readonly string[];
  /** By row name, as in `arms`; a dash is `null`. */
  readonly rows: Readonly<Record<string, readonly (number | null)[]>>;
  /** What a reader should know of its statistics. */
  readonly remark?: string;
  /** What differs from ours, by column: said in each of its cells. */
  readonly differs?: Readonly<Record<string, string>>;
}

/** One thing that is compared: a row of the table, or one cell of it. */
export interface Arm {
  /** Names the folder: letters, digits, dots and dashes. */
  readonly name: string;
  /** The table's row; arms of one row fill its columns. */
  readonly row: string;
  /** What the arm changes in the settings, by path. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Whether its figures are the same for every seed, so that it runs with the first alone. */
  readonly once?: boolean;
}

/** What a run found. */
export interface RunResult {
  readonly predictions: readonly PredictionSet[];
  /** Figures that cannot be recomputed from predictions: seconds, tokens, losses. */
  readonly measures: Readonly<Record<string, number>>;
  /** Anything small a report shows: attention maps, examples. */
  readonly extras?: Readonly<Record<string, unknown>>;
}

/** A published experiment that can be run, varied and judged. `S` are its settings. */
export interface Recipe<S = unknown> {
  readonly name: string;
  /** What is claimed, in one sentence. */
  readonly claim: string;
  readonly paper: string;
  readonly published: readonly PublishedTable[];
  /** Files below the data folder, for sizes other than tiny. */
  readonly data: readonly string[];
  /** Whether runs begin from an encoder (`--encoder`): `optional` ones go on from it, or begin afresh. */
  readonly startsFromEncoder: 'always' | 'optional' | 'never';
  /** Unknown keys are errors. */
  readonly settings: z.ZodType<S>;
  readonly sizes: Readonly<Record<Size, NoInfer<S>>>;
  /** The rows, the baseline's among them. */
  readonly arms: (settings: S) => readonly Arm[];
  /** Sets whose mean is a figure of its own, where a row has all of them: a benchmark's average. */
  readonly average?: readonly string[];
  /** The row others are compared with. */
  readonly baseline: string;
  /** Minutes of one run on one core, about: `laptop` as measured on a machine that others used as well (docs/results.md), the others estimated. */
  readonly minutes: Readonly<Record<Size, number>>;
  readonly run: (lab: Lab, settings: S, arm: Arm) => Promise<RunResult>;
}

/**
 * A recipe whose settings are checked for its sizes right away, and again where they come from: who runs one knows its name only.
 *
 * @throws naming the recipe, the size and what does not fit
 */
export function defineRecipe<S>(recipe: Recipe<S>): Recipe {
  for (const size of sizes) {
    const { success, error } = recipe.settings.safeParse(recipe.sizes[size]);
    if (!success) throw new Error(`${recipe.name}: the settings of size ${size} do not fit: ${error.message}`);
    const arms = recipe.arms(recipe.sizes[size]);
    const twice = arms.find((arm, i) => arms.findIndex(({ name }) => name === arm.name) !== i);
    if (twice) throw new Error(`${recipe.name}: two arms are called ${twice.name}.`);
    if (!arms.some(({ row }) => row === recipe.baseline))
      throw new Error(`${recipe.name}: no arm of size ${size} has the row '${recipe.baseline}'.`);
  }
  const { settings } = recipe;
  return {
    ...recipe,
    arms: (given) => recipe.arms(settings.parse(given)),
    run: (lab, given, arm) => recipe.run(lab, settings.parse(given), arm),
  };
}
