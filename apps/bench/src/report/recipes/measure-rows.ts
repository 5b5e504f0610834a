import type { JudgedRecipe } from './judge-recipe.ts';

/** Means over seeds of what cannot be recomputed from predictions: seconds, tokens a second, last training loss. */
export function measureRows({ rows, records }: JudgedRecipe): {
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
} {
  const names = [...new Set(records.flatMap(({ measures }) => Object.keys(measures)))];
  const text = (row: string, name: string) => {
    const values = records
      .filter(({ spec, measures }) => spec.row === row && measures[name] !== undefined)
      .map(({ measures }) => measures[name] as number);
    if (values.length === 0) return '-';
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return mean >= 1000 ? Math.round(mean).toString() : mean.toPrecision(4);
  };
  return { head: ['mean of runs', ...names], body: rows.map((row) => [row, ...names.map((name) => text(row, name))]) };
}
