import Table from 'cli-table3';
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
      const table = new Table({ head: [...head], style: { head: [], border: [] } });
      for (const row of [...body, foot]) table.push([...row]);
      return `${titleOf(one)}: ${one.recipe.claim}\n${scaleOf(one)}\n${table.toString()}`;
    }),
    legend,
  ].join('\n\n');
}
