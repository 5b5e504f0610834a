import type { JudgedRecipe } from './judge-recipe.ts';

/** The heading of a recipe's table: its name, and the encoder where there are tables for several. */
export const titleOf = ({ recipe, series }: JudgedRecipe): string =>
  series ? `${recipe.name}, from ${series}` : recipe.name;
