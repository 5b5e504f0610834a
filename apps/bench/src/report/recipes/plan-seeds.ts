import type { JudgedRecipe } from './judge-recipe.ts';
import { publishedDifferences, seedsJudged } from './published-differences.ts';
import { titleOf } from './title-of.ts';

/** A published difference, what it would take to decide it, and whether the budget reaches that far. */
export interface PlannedDifference {
  readonly recipe: string;
  readonly row: string;
  readonly column: string;
  readonly published: number;
  readonly detectable?: number;
  readonly seeds: number;
  /** null where no number of seeds is enough on these examples. */
  readonly seedsNeeded: number | null;
  /** Examples that these seeds need; null where no number is enough, absent where no example differs. */
  readonly rowsNeeded?: number | null;
  /** Hours of machine that the missing seeds of this row and its baseline cost, those of a baseline that the plan runs anyway left out. */
  readonly hours?: number;
  readonly chosen: boolean;
}

/** What a budget decides. */
export interface SeedPlan {
  readonly differences: readonly PlannedDifference[];
  readonly hours: number;
}

/**
 * Chooses, by decisions per hour, which published differences to decide within a budget: again and again the one whose missing seeds cost least, its
 * baseline's counted once for all rows of a column.
 *
 * Seeds needed are those that find the published difference with a power of 0.8 on these examples, with the spread these runs showed; at another
 * scale it may be another.
 *
 * @param budget hours of machine, at least 0
 */
export function planSeeds(judged: readonly JudgedRecipe[], budget: number): SeedPlan {
  const open = publishedDifferences(judged).flatMap(({ judged: one, direction }) => {
    const { row, column, published, verdict } = direction;
    if (published === 0 || verdict !== 'too-small') return [];
    const secondsOf = (name: string, set: string) => {
      const runs = one.records.filter(
        ({ spec, scores }) => spec.row === name && scores.some((score) => score.set === set),
      );
      return runs.reduce((sum, { manifest }) => sum + manifest.seconds, 0) / (runs.length || 1);
    };
    // Fewer would leave the spread between seeds unknown.
    const seedsNeeded = direction.seedsNeeded == null ? null : Math.max(seedsJudged, direction.seedsNeeded);
    const set = one.columns.find(({ name }) => name === column)?.set ?? column;
    const baseline = one.recipe.baseline;
    return [
      {
        direction: { ...direction, seedsNeeded },
        // A run fills all columns that are scored of its set.
        own: { key: `${titleOf(one)}\n${row}\n${set}`, seconds: secondsOf(row, set) },
        base: { key: `${titleOf(one)}\n${baseline}\n${set}`, seconds: secondsOf(baseline, set) },
      },
    ];
  });
  const planned = new Map<string, number>();
  const hoursOf = ({ direction: { seeds, seedsNeeded }, own, base }: (typeof open)[number]) =>
    [own, base].reduce(
      (sum, { key, seconds }) => sum + (Math.max(0, (seedsNeeded ?? 0) - (planned.get(key) ?? seeds)) * seconds) / 3600,
      0,
    );
  const waiting = new Set(open.filter(({ direction }) => direction.seedsNeeded !== null));
  const chosen = new Map<(typeof open)[number], number>();
  let hours = 0;
  while (waiting.size > 0) {
    const [next] = [...waiting].sort((a, b) => hoursOf(a) - hoursOf(b));
    if (!next) break;
    const cost = hoursOf(next);
    if (hours + cost > budget) break;
    for (const { key } of [next.own, next.base])
      planned.set(key, Math.max(planned.get(key) ?? 0, next.direction.seedsNeeded ?? 0));
    chosen.set(next, cost);
    hours += cost;
    waiting.delete(next);
  }
  const differences = [
    ...chosen.keys(),
    ...[...waiting].sort((a, b) => hoursOf(a) - hoursOf(b)),
    ...open.filter(({ direction }) => direction.seedsNeeded === null),
  ].map((one): PlannedDifference => {
    const { recipe, row, column, published, detectable, seeds, seedsNeeded, rowsNeeded } = one.direction;
    return {
      recipe,
      row,
      column,
      published,
      ...(detectable !== undefined && { detectable }),
      seeds,
      seedsNeeded,
      ...(rowsNeeded !== undefined && { rowsNeeded }),
      ...(seedsNeeded !== null && { hours: chosen.get(one) ?? hoursOf(one) }),
      chosen: chosen.has(one),
    };
  });
  return { differences, hours };
}
