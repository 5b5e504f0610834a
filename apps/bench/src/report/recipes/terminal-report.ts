import { textTable } from 'cloze/terminal';
import type { JudgedRecipe } from './judge-recipe.ts';
import { legend } from './legend.ts';
import { publishedCells } from './published-cells.ts';
import { recipeRows } from './recipe-rows.ts';
import { scaleOf } from './scale-of.ts';
import { titleOf } from './title-of.ts';

/** All recipes as tables for a terminal. */
export function terminalReport(judged: readonly JudgedRecipe[]): string {
  return [
    ...judged.map((one) => {
      const { head, body, foot } = recipeRows(one);
      const beside = one.recipe.published
        .filter(({ differs }) => differs)
        .map((table) => {
          const cells = publishedCells(one, table);
          return `\nBeside ${table.caption}\n${textTable(cells.head, cells.body)}`;
        });
      return `${titleOf(one)}: ${one.recipe.claim}\n${scaleOf(one)}\n${textTable(head, [...body, foot])}${beside.join('')}`;
    }),
    legend,
  ].join('\n\n');
}
