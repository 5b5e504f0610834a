import type { DirectionRow } from './direction-rows.ts';

const signed = (value: number | undefined) =>
  value === undefined ? '-' : `${value > 0 ? '+' : ''}${value.toFixed(2)}`;
const count = (value: number | null | undefined) =>
  value === undefined ? '-' : value === null ? 'none is enough' : value.toLocaleString('en');

/** `bounded below 0.84` for a difference that is smaller here than the published one, `too-small, below 2.10` for one that could be as large. */
export const verdictText = ({ verdict, bound }: DirectionRow): string =>
  bound === undefined ? verdict : `${verdict}${verdict === 'bounded' ? '' : ','} below ${bound.toFixed(2)}`;

/** Heads of the table of published differences. */
export const directionHead = [
  '',
  'published',
  'ours (95 % interval)',
  'p (Holm)',
  'detectable',
  'seeds, of those needed',
  'rows, of those needed',
  'verdict',
];

/** A published difference and ours as a row of that table. */
export function directionCells(one: DirectionRow): string[] {
  const { row, column, published, ours, low, high, adjustedP, detectable, seeds, seedsNeeded, n, rowsNeeded } = one;
  return [
    `${row}, ${column}`,
    signed(published),
    low === undefined ? signed(ours) : `${signed(ours)} (${signed(low)} to ${signed(high)})`,
    adjustedP === undefined ? '-' : adjustedP < 0.001 ? '< 0.001' : adjustedP.toFixed(3),
    detectable === undefined ? '-' : detectable.toFixed(2),
    `${seeds} of ${count(seedsNeeded)}`,
    `${n} of ${count(rowsNeeded)}`,
    verdictText(one),
  ];
}
