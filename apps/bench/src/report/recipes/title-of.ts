import type { JudgedRecipe } from './judge-recipe.ts';

/** The heading of a recipe's table: its name, and what its runs do not share with those of another table. */
export const titleOf = ({ recipe, series }: JudgedRecipe): string =>
  series ? `${recipe.name}, ${series}` : recipe.name;
