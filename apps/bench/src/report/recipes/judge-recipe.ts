import { holm, meanAndSd } from '@cloze/eval';
import type { Recipe } from '../../recipes/define-recipe.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import type { Score } from '../../runs/score-set.ts';
import { type ComparedScores, compareScores } from './compare-scores.ts';

/** One figure of one row. */
export interface Cell {
  readonly row: string;
  readonly column: string;
  readonly seeds: readonly { readonly seed: number; readonly value: number }[];
  readonly mean: number;
  /** NaN for one seed. */
  readonly sd: number;
  /** Against the baseline on the same seeds and examples; absent for the baseline and where there is nothing to compare. */
  readonly against?: ComparedScores;
}

/** A column of a recipe's table. */
export interface Column {
  readonly name: string;
  readonly set: string;
  readonly metric: string;
  readonly n: number;
  readonly higherIsBetter: boolean;
}

/** A recipe's runs, averaged and tested. */
export interface JudgedRecipe {
  readonly recipe: Recipe;
  /** What these runs do not share with those of another table of the recipe, such as the encoder they began from. */
  readonly series?: string;
  readonly rows: readonly string[];
  readonly columns: readonly Column[];
  readonly cells: readonly Cell[];
  readonly records: readonly RunRecord[];
  /** Runs of an arm and seed that are there already, and so not counted. */
  readonly twice?: readonly RunRecord[];
}

/** Of each row and seed with all sets of a recipe's average, their mean as a figure of its own. */
function averages({ average = [] }: Recipe, records: readonly RunRecord[]): Pick<RunRecord, 'spec' | 'scores'>[] {
  const first = new Map(records.map((record) => [`${record.spec.row}\n${record.spec.seed}`, record]));
  if (average.length === 0) return [];
  return [...first.values()].flatMap(({ spec }) => {
    const own = records.filter(({ spec: { row, seed } }) => row === spec.row && seed === spec.seed);
    const values = average.flatMap(
      (name) => own.flatMap(({ scores }) => scores.filter(({ set }) => set === name))[0]?.value ?? [],
    );
    if (values.length < average.length) return [];
    const value = values.reduce((a, b) => a + b, 0) / values.length;
    const score = { set: 'average', metric: 'mean of tasks', n: values.length, higherIsBetter: true, examples: [] };
    return [{ spec, scores: [{ ...score, value }] }];
  });
}

/**
 * Averages a recipe's runs over seeds and tests every row against the baseline that ran beside it.
 *
 * The test is over examples and, from three seeds on, over seeds: whether another training on other examples of the kind would show the difference.
 * Holm's correction is over the rows of a column.
 */
export function judgeRecipe(recipe: Recipe, all: readonly RunRecord[]): JudgedRecipe {
  const records = all.filter(({ spec }) => spec.recipe === recipe.name);
  const size = records[0]?.spec.size ?? 'laptop';
  const order = recipe.arms(recipe.sizes[size]).map(({ row }) => row);
  const rows = [...new Set([...order, ...records.map(({ spec }) => spec.row)])].filter((row) =>
    records.some(({ spec }) => spec.row === row),
  );
  const columns = new Map<string, Column>();
  const scores = new Map<string, Map<number, Score>>();
  for (const { spec, scores: found } of [...records, ...averages(recipe, records)])
    for (const score of found) {
      const several = found.filter(({ set }) => set === score.set).length > 1;
      const name = several ? score.metric : score.set;
      columns.set(name, {
        name,
        set: score.set,
        metric: score.metric,
        n: score.n,
        higherIsBetter: score.higherIsBetter,
      });
      const key = `${spec.row}\n${name}`;
      if (!scores.has(key)) scores.set(key, new Map());
      scores.get(key)?.set(spec.seed, score);
    }
  const cells: Cell[] = [];
  for (const column of columns.values()) {
    const base = scores.get(`${recipe.baseline}\n${column.name}`);
    const found = rows.flatMap((row): Cell[] => {
      const own = scores.get(`${row}\n${column.name}`);
      if (!own) return [];
      const seeds = [...own].map(([seed, { value }]) => ({ seed, value })).sort((a, b) => a.seed - b.seed);
      const { mean, sd } = meanAndSd(seeds.map(({ value }) => value));
      const against =
        base && row !== recipe.baseline ? compareScores(own, base, `${recipe.name} ${row} ${column.name}`) : undefined;
      return [{ row, column: column.name, seeds, mean, sd, ...(against && { against }) }];
    });
    const tested = found.filter(({ against }) => against?.p !== undefined);
    const adjusted = holm(tested.map(({ against }) => against?.p as number));
    for (const cell of found) {
      const i = tested.indexOf(cell);
      cells.push(
        i < 0 || !cell.against ? cell : { ...cell, against: { ...cell.against, adjustedP: adjusted[i] as number } },
      );
    }
  }
  return { recipe, rows, columns: [...columns.values()], cells, records };
}

/** `▲` better, `▼` worse at 0.05 after Holm, doubled at 0.01; with fewer than three seeds none. */
export function markOf({ against }: Cell, { higherIsBetter }: Column): string {
  if (against?.adjustedP === undefined || !against.seedsCovered || against.adjustedP >= 0.05) return '';
  const better = against.difference > 0 === higherIsBetter;
  return (better ? '▲' : '▼').repeat(against.adjustedP < 0.01 ? 2 : 1);
}
