import type { JudgedRecipe } from './judge-recipe.ts';

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]] as [number, number];
  return (low + high) / 2;
}

/** Medians over runs (a machine that was busy for one of them does not count) of what cannot be recomputed from predictions: seconds, tokens a second, last training loss. */
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
    const middle = median(values);
    return middle >= 1000 ? Math.round(middle).toString() : middle.toPrecision(4);
  };
  return {
    head: ['median of runs', ...names],
    body: rows.map((row) => [row, ...names.map((name) => text(row, name))]),
  };
}
