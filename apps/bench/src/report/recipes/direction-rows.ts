import type { JudgedRecipe } from './judge-recipe.ts';

/** A published difference from the baseline, beside ours. */
export interface DirectionRow {
  readonly recipe: string;
  readonly row: string;
  readonly column: string;
  /** In the units of the table; undefined where the baseline or the figure was not published. */
  readonly published?: number;
  readonly ours: number;
  readonly low: number;
  readonly high: number;
  readonly adjustedP?: number;
  readonly verdict: 'agrees' | 'opposite' | 'undecided' | '-';
}

/**
 * Every difference we measured, with the published one where there is one.
 *
 * A verdict needs two seeds and p < 0.05 after Holm: without them neither sign says anything.
 */
export function directionRows({ recipe, cells, columns }: JudgedRecipe): DirectionRow[] {
  return cells.flatMap(({ row, column, against, seeds }): DirectionRow[] => {
    if (!against) return [];
    const about = columns.find(({ name }) => name === column);
    const sign = about?.higherIsBetter === false ? -1 : 1;
    const published = recipe.published.flatMap((table) => {
      const place = table.columns.indexOf(column);
      const [theirs, base] = [table.rows[row]?.[place], table.rows[recipe.baseline]?.[place]];
      return place >= 0 && typeof theirs === 'number' && typeof base === 'number' ? [theirs - base] : [];
    })[0];
    const { difference, low, high, adjustedP } = against;
    const sure = seeds.length > 1 && adjustedP !== undefined && adjustedP < 0.05;
    const verdict =
      published === undefined || published === 0
        ? '-'
        : !sure
          ? 'undecided'
          : Math.sign(difference * sign) === Math.sign(published)
            ? 'agrees'
            : 'opposite';
    return [
      {
        recipe: recipe.name,
        row,
        column,
        ours: difference,
        low,
        high,
        verdict,
        ...(published !== undefined && { published }),
        ...(adjustedP !== undefined && { adjustedP }),
      },
    ];
  });
}
