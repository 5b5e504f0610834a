import { type Cell, type Column, markOf } from './judge-recipe.ts';

/** Digits after the point: losses have small differences. */
export const digitsOf = ({ metric }: Column): number => (metric === 'loss' ? 3 : 2);

/** `43.98 ± 0.37▲`; a mean alone for one seed, a dash for a cell without runs. */
export function cellText(cell: Cell | undefined, column: Column): string {
  if (!cell) return '-';
  const digits = digitsOf(column);
  const spread = Number.isNaN(cell.sd) ? '' : ` ± ${cell.sd.toFixed(digits)}`;
  return `${cell.mean.toFixed(digits)}${spread}${markOf(cell, column)}`;
}
