import type { Recipe } from '../../recipes/define-recipe.ts';
import type { RunRecord } from '../../runs/run-record.ts';
import { type JudgedRecipe, judgeRecipe } from './judge-recipe.ts';

const encoderOf = ({ spec }: RunRecord) => spec.encoder?.sha256.slice(0, 8) ?? 'fresh weights';

/**
 * A recipe's runs as one table, or one for each encoder where the same arm and seed was run from several: figures of different encoders are not averaged.
 *
 * Encoders that complete each other (the two sizes of `mask-rate`) stay in one table.
 */
export function judgeSeries(recipe: Recipe<never>, all: readonly RunRecord[]): JudgedRecipe[] {
  const records = all.filter(({ spec }) => spec.recipe === recipe.name);
  if (records.length === 0) return [];
  const runs = new Set(records.map(({ spec }) => `${spec.arm} ${spec.seed}`));
  if (runs.size === records.length) return [judgeRecipe(recipe, records)];
  const encoders = [...new Set(records.map(encoderOf))];
  return encoders.map((encoder) => ({
    ...judgeRecipe(
      recipe,
      records.filter((record) => encoderOf(record) === encoder),
    ),
    series: encoder,
  }));
}
