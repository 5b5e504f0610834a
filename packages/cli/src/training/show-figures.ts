import type { FigureOverSeeds } from '@cloze/eval';

/** Figures that are no share of something. */
export const plainFigures: ReadonlySet<string> = new Set([
  'spearman',
  'pearson',
  'meanSquaredError',
  'pseudoPerplexity',
]);

/** A figure with its interval, for people: `accuracy 87.4 % (85.9 to 88.8)`. */
export function showFigure(name: string, { value, low, high, n }: FigureOverSeeds): string {
  if (n === 0) return `${name} not judged`;
  const digits = (number: number) => (plainFigures.has(name) ? number.toPrecision(4) : (100 * number).toFixed(1));
  return `${name} ${digits(value)}${plainFigures.has(name) ? '' : ' %'} (${digits(low)} to ${digits(high)})`;
}

/** Figures by name, for people. */
export const showFigures = (figures: Readonly<Record<string, FigureOverSeeds>>): string =>
  Object.entries(figures)
    .map(([name, figure]) => showFigure(name, figure))
    .join(', ');
