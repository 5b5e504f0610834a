import { figureOverSeeds } from '@cloze/eval';
import { streamFrom } from '@cloze/random';
import type { PublishedTable } from '../../recipes/define-recipe.ts';
import type { JudgedRecipe } from './judge-recipe.ts';

/** Our figure with its 95 % interval over examples and, from three seeds on, over seeds. */
function withInterval({ records }: JudgedRecipe, row: string, column: string): string {
  const own = records
    .filter(({ spec }) => spec.row === row)
    .flatMap(({ scores }) => scores.filter(({ set, metric }) => set === column && metric === 'accuracy'));
  if (own.length === 0) return '-';
  const random = streamFrom(1).fork('beside published', row, column);
  const { value, low, high, seeds } = figureOverSeeds(
    own.map(({ examples }) => [...examples]),
    { random },
  );
  return `${value.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)}; ${seeds} ${seeds === 1 ? 'seed' : 'seeds'})`;
}

/** A published table as text; one that can be compared has our rows above its own, and says in each of its cells what differs. */
export function publishedCells(
  judged: JudgedRecipe,
  { columns, rows, differs }: PublishedTable,
): { readonly head: readonly string[]; readonly body: readonly (readonly string[])[] } {
  const theirs = Object.entries(rows).map(([row, values]) => [
    row,
    ...values.map((value, i) => {
      if (value === null) return '-';
      const other = differs?.[columns[i] as string];
      return other === undefined ? `${value}` : `${value} (${other})`;
    }),
  ]);
  const ours = differs
    ? judged.rows.map((row) => [`ours: ${row}`, ...columns.map((column) => withInterval(judged, row, column))])
    : [];
  return { head: ['', ...columns], body: [...ours, ...theirs] };
}
