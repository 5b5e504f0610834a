import { type DirectionRow, directionRows } from './direction-rows.ts';
import type { JudgedRecipe } from './judge-recipe.ts';

/** A published difference beside ours, and the table it is from. */
export interface PublishedDifference {
  readonly judged: JudgedRecipe;
  readonly direction: DirectionRow & { readonly published: number };
}

/** Seeds from which on a verdict is given. */
export const seedsJudged = 3;

/** The least that a table could have seen; where nothing tells two models apart, or seeds are too few for a verdict, no difference is large enough. */
const couldSee = ({ detectable = Number.POSITIVE_INFINITY, seeds }: DirectionRow) =>
  seeds < seedsJudged ? Number.POSITIVE_INFINITY : detectable;

/**
 * Every published difference once: of the tables that a recipe has (another encoder, more steps), the one that could have seen least speaks of it, whatever it saw.
 */
export function publishedDifferences(judged: readonly JudgedRecipe[]): PublishedDifference[] {
  const best = new Map<string, PublishedDifference>();
  for (const one of judged)
    for (const { published, ...direction } of directionRows(one)) {
      if (published === undefined) continue;
      const key = `${direction.recipe}\n${direction.row}\n${direction.column}`;
      const before = best.get(key);
      if (before && couldSee(before.direction) <= couldSee(direction)) continue;
      best.set(key, { judged: one, direction: { ...direction, published } });
    }
  return [...best.values()];
}
