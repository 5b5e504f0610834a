import { cellText } from './cell-text.ts';
import type { JudgedRecipe } from './judge-recipe.ts';

/** A recipe's table as text: heads, a row a system, and a foot with the number of examples. */
export function recipeRows({ rows, columns, cells }: JudgedRecipe): {
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
  readonly foot: readonly string[];
} {
  /** Cells of a row may have been run with different numbers of seeds. */
  const seedsOf = (row: string) => {
    const counts = cells.filter((cell) => cell.row === row).map(({ seeds }) => seeds.length);
    // At most as many as a table has columns.
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    return least === most ? `${most}` : `${least} to ${most}`;
  };
  const unit = { accuracy: '%', loss: 'nats' } as Readonly<Record<string, string>>;
  return {
    head: [
      '',
      ...columns.map(({ name, metric }) => `${name} (${unit[metric] ?? (metric === name ? '%' : metric)})`),
      'seeds',
    ],
    body: rows.map((row) => [
      row,
      ...columns.map((column) =>
        cellText(
          cells.find((cell) => cell.row === row && cell.column === column.name),
          column,
        ),
      ),
      seedsOf(row),
    ]),
    foot: ['n', ...columns.map(({ n }) => `${n}`), ''],
  };
}
