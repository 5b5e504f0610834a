import { holm, meanAndSd, pairedPermutation } from '@cloze/eval';
import { streamFrom } from '@cloze/random';
import type { Recipe } from '../../recipes/define-recipe.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import type { Score } from '../../runs/score-set.ts';

/** One figure of one row. */
export interface Cell {
  readonly row: string;
  readonly column: string;
  readonly seeds: readonly { readonly seed: number; readonly value: number }[];
  readonly mean: number;
  /** NaN for one seed. */
  readonly sd: number;
  /** Against the baseline on the same seeds and examples; absent for the baseline and where there is nothing to compare. */
  readonly against?: {
    readonly difference: number;
    /** 95 % interval, bootstrap over seeds and examples. */
    readonly low: number;
    readonly high: number;
    /** Paired permutation over examples, seeds averaged; absent for figures that are no mean over examples. */
    readonly p?: number;
    /** p after Holm's correction over the rows of the column. */
    readonly adjustedP?: number;
  };
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
  readonly recipe: Recipe<never>;
  /** What these runs do not share with those of another table of the recipe, such as the encoder they began from. */
  readonly series?: string;
  readonly rows: readonly string[];
  readonly columns: readonly Column[];
  readonly cells: readonly Cell[];
  readonly records: readonly RunRecord[];
}

const permutations = 4000;
const resamples = 1000;

type SeedScores = ReadonlyMap<number, Score>;

/** Examples of a score so that their plain mean is the score's value. */
function evenExamples({ examples, weights }: Score): number[] {
  if (!weights) return [...examples];
  const mean = weights.reduce((a, b) => a + b, 0) / weights.length;
  return examples.map((value, i) => (value * (weights[i] as number)) / mean);
}

function compare(own: SeedScores, base: SeedScores, label: string): Cell['against'] | undefined {
  const seeds = [...own.keys()].filter((seed) => base.has(seed));
  const pairs = seeds.map((seed) => [own.get(seed), base.get(seed)] as [Score, Score]);
  if (pairs.length === 0) return undefined;
  const difference = pairs.reduce((sum, [a, b]) => sum + a.value - b.value, 0) / pairs.length;
  const random = streamFrom(1).fork('judge', label);
  const comparable = pairs.every(([a, b]) => a.examples.length > 0 && a.examples.length === b.examples.length);
  const apart = pairs.map(([a, b]) => {
    if (!comparable) return [a.value - b.value];
    const [x, y] = [evenExamples(a), evenExamples(b)];
    return x.map((value, i) => value - (y[i] as number));
  });
  const n = (apart[0] as number[]).length;
  const draws = Float64Array.from({ length: resamples }, () => {
    const chosen = apart.map(() => apart[Math.floor(random.next() * apart.length)] as number[]);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const example = Math.floor(random.next() * n);
      for (const list of chosen) sum += list[example] as number;
    }
    return sum / (n * chosen.length);
  }).sort();
  const quantile = (share: number) => draws[Math.round(share * (resamples - 1))] as number;
  const interval = { low: quantile(0.025), high: quantile(0.975) };
  if (!comparable) return { difference, ...interval };
  const pooled = Array.from(
    { length: n },
    (_, i) => apart.reduce((sum, list) => sum + (list[i] as number), 0) / apart.length,
  );
  const { p } = pairedPermutation(pooled, new Float64Array(n), { samples: permutations, random });
  return { difference, ...interval, p };
}

/**
 * Averages a recipe's runs over seeds and tests every row against the baseline that ran beside it.
 *
 * The test swaps the two systems example by example, with each example's seeds averaged: it says whether these models differ on such
 * examples; how much a training varies is the ± beside it. Holm's correction is over the rows of a column.
 */
export function judgeRecipe(recipe: Recipe<never>, all: readonly RunRecord[]): JudgedRecipe {
  const records = all.filter(({ spec }) => spec.recipe === recipe.name);
  const size = records[0]?.spec.size ?? 'laptop';
  const order = recipe.arms(recipe.sizes[size]).map(({ row }) => row);
  const rows = [...new Set([...order, ...records.map(({ spec }) => spec.row)])].filter((row) =>
    records.some(({ spec }) => spec.row === row),
  );
  const columns = new Map<string, Column>();
  const scores = new Map<string, Map<number, Score>>();
  for (const { spec, scores: found } of records)
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
        base && row !== recipe.baseline ? compare(own, base, `${recipe.name} ${row} ${column.name}`) : undefined;
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

/** `▲` better, `▼` worse at 0.05 after Holm, doubled at 0.01; with fewer than two seeds none. */
export function markOf({ against, seeds }: Cell, { higherIsBetter }: Column): string {
  if (against?.adjustedP === undefined || seeds.length < 2 || against.adjustedP >= 0.05) return '';
  const better = against.difference > 0 === higherIsBetter;
  return (better ? '▲' : '▼').repeat(against.adjustedP < 0.01 ? 2 : 1);
}
