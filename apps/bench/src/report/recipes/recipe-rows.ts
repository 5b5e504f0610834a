import { cellText } from './cell-text.ts';
import type { JudgedRecipe } from './judge-recipe.ts';

/** A recipe's table as text: heads, a row a system, and a last one with the number of examples. */
export function recipeRows({ rows, columns, cells, records }: JudgedRecipe): {
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
} {
  const seedsOf = (row: string) => new Set(records.filter(({ spec }) => spec.row === row).map(({ spec }) => spec.seed));
  const unit = { accuracy: '%', loss: 'nats' } as Readonly<Record<string, string>>;
  return {
    head: [
      '',
      ...columns.map(({ name, metric }) => `${name} (${unit[metric] ?? (metric === name ? '%' : metric)})`),
      'seeds',
    ],
    body: [
      ...rows.map((row) => [
        row,
        ...columns.map((column) =>
          cellText(
            cells.find((cell) => cell.row === row && cell.column === column.name),
            column,
          ),
        ),
        `${seedsOf(row).size}`,
      ]),
      ['n', ...columns.map(({ n }) => `${n}`), ''],
    ],
  };
}
