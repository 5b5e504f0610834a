import { detectableDifference, rowsToDetect, seedsToDetect } from '@cloze/eval';
import type { ComparedScores } from './compare-scores.ts';
import type { JudgedRecipe } from './judge-recipe.ts';

/** What our runs say of a published difference; `-` where none was published. */
export type Verdict = 'found' | 'opposite' | 'bounded' | 'too-small' | '-';

/** A published difference from the baseline, beside ours. */
export interface DirectionRow {
  readonly recipe: string;
  readonly row: string;
  readonly column: string;
  /** In the units of the table; undefined where the baseline or the figure was not published. */
  readonly published?: number;
  readonly ours: number;
  readonly low?: number;
  readonly high?: number;
  readonly adjustedP?: number;
  readonly seeds: number;
  readonly n: number;
  /** The least true difference that these seeds and examples find with a power of 0.8; absent where no example tells the two apart. */
  readonly detectable?: number;
  /** Seeds that the published difference needs on these examples; null where no number is enough. */
  readonly seedsNeeded?: number | null;
  /** Examples that it needs with these seeds; null where no number is enough. */
  readonly rowsNeeded?: number | null;
  readonly verdict: Verdict;
  /** Where it is not decided: how large the difference can be here, in the published direction. */
  readonly bound?: number;
}

/** A published difference of 0 is bounded by this, in points. */
const nothing = 1;

/** What our difference says of the published one, both with the sign of "better" up. */
function judge(published: number | undefined, { low, high, difference, adjustedP, seedsCovered }: ComparedScores) {
  if (published === undefined) return { verdict: '-' as const };
  // Where no example and no seed differs there is no spread to judge by: two models that answer alike have not been told apart.
  if (!seedsCovered || low === undefined || high === undefined || low === high)
    return { verdict: 'too-small' as const };
  if (adjustedP !== undefined && adjustedP < 0.05 && published !== 0)
    return { verdict: Math.sign(difference) === Math.sign(published) ? ('found' as const) : ('opposite' as const) };
  // As large as it can be in the published direction; in either, where nothing was published to change.
  const bound = published > 0 ? high : published < 0 ? -low : Math.max(high, -low);
  const verdict = bound < (Math.abs(published) || nothing) ? ('bounded' as const) : ('too-small' as const);
  return { verdict, bound: Math.max(0, bound) };
}

/** What could have been seen, and what the published difference would need. */
function powerOf({ spread, n, seeds }: ComparedScores, published: number | undefined, comparisons: number) {
  if (!spread || spread.rows + (spread.seeds ?? 0) + spread.both === 0) return {};
  const options = { comparisons };
  return {
    detectable: detectableDifference(spread, { rows: n, seeds }, options),
    ...(published && {
      seedsNeeded: seedsToDetect(spread, n, Math.abs(published), options),
      rowsNeeded: rowsToDetect(spread, seeds, Math.abs(published), options),
    }),
  };
}

/** Every difference we measured, with the published one where there is one, and what could have been seen. */
export function directionRows({ recipe, cells, columns }: JudgedRecipe): DirectionRow[] {
  return cells.flatMap(({ row, column, against }): DirectionRow[] => {
    if (!against) return [];
    const about = columns.find(({ name }) => name === column);
    const published = recipe.published.flatMap((table) => {
      const place = table.columns.indexOf(column);
      const [theirs, base] = [table.rows[row]?.[place], table.rows[recipe.baseline]?.[place]];
      return place >= 0 && typeof theirs === 'number' && typeof base === 'number' ? [theirs - base] : [];
    })[0];
    // Published differences are of figures of which more is better.
    const better =
      about?.higherIsBetter === false
        ? {
            ...against,
            difference: -against.difference,
            ...(against.low !== undefined && { high: -against.low }),
            ...(against.high !== undefined && { low: -against.high }),
          }
        : against;
    const comparisons = cells.filter((cell) => cell.column === column && cell.against?.p !== undefined).length;
    const { difference, low, high, adjustedP, seeds, n } = against;
    return [
      {
        recipe: recipe.name,
        row,
        column,
        ours: difference,
        seeds,
        n,
        ...(low !== undefined && { low }),
        ...(high !== undefined && { high }),
        ...(published !== undefined && { published }),
        ...(adjustedP !== undefined && { adjustedP }),
        ...powerOf(against, published, Math.max(1, comparisons)),
        ...judge(published, better),
      },
    ];
  });
}
