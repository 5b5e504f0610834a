import { textTable } from 'cloze/terminal';
import type { JudgedRecipe } from './judge-recipe.ts';
import { legend } from './legend.ts';
import { recipeRows } from './recipe-rows.ts';
import { scaleOf } from './scale-of.ts';
import { titleOf } from './title-of.ts';

/** All recipes as tables for a terminal. */
export function terminalReport(judged: readonly JudgedRecipe[]): string {
  return [
    ...judged.map((one) => {
      const { head, body, foot } = recipeRows(one);
      return `${titleOf(one)}: ${one.recipe.claim}\n${scaleOf(one)}\n${textTable(head, [...body, foot])}`;
    }),
    legend,
  ].join('\n\n');
}
