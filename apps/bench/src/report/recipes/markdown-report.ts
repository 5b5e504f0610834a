import { directionCells, directionHead } from './direction-cells.ts';
import type { JudgedRecipe } from './judge-recipe.ts';
import { legend, verdictLegend } from './legend.ts';
import { measureRows } from './measure-rows.ts';
import { publishedCells } from './published-cells.ts';
import { publishedDifferences } from './published-differences.ts';
import { recipeRows } from './recipe-rows.ts';
import { scaleOf } from './scale-of.ts';
import { titleOf } from './title-of.ts';

const cell = (text: string) => text.replaceAll('|', '\\|');
const table = (head: readonly string[], body: readonly (readonly string[])[]) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...body]
    .map((row) => `| ${row.map(cell).join(' | ')} |`)
    .join('\n');

/** One recipe as Markdown: our table, the published one, and direction against direction. */
function section(judged: JudgedRecipe): string {
  const { recipe } = judged;
  const ours = recipeRows(judged);
  const directions = publishedDifferences([judged]).map(({ direction }) => direction);
  const parts = [
    `## ${titleOf(judged)}`,
    `${recipe.claim} (${recipe.paper})`,
    scaleOf(judged),
    table(ours.head, [...ours.body, ours.foot]),
    ...recipe.published.map((own) => {
      const { caption, source, remark } = own;
      const { head, body } = publishedCells(judged, own);
      return `Published: ${caption} (${source})${remark ? `; ${remark}` : ''}.\n\n${table(head, body)}`;
    }),
  ];
  if (directions.length > 0)
    parts.push(
      `Difference from ${recipe.baseline}, published and ours:\n\n${table(
        directionHead,
        directions.map(directionCells),
      )}`,
    );
  const measures = measureRows(judged);
  parts.push(`<details><summary>Cost</summary>\n\n${table(measures.head, measures.body)}\n\n</details>`);
  return parts.join('\n\n');
}

/** All recipes as Markdown. */
export function markdownReport(judged: readonly JudgedRecipe[]): string {
  return `${legend}\n\n${verdictLegend}\n\n${judged.map(section).join('\n\n')}\n`;
}
