import { type Figure, name, quantity } from '@cloze/quick-start';
import { verdictText } from './direction-cells.ts';
import type { JudgedRecipe } from './judge-recipe.ts';
import { publishedDifferences } from './published-differences.ts';

/**
 * Every published difference beside ours and beside what could have been seen, those with the most power first: published over detectable.
 *
 * @returns undefined where nothing published was compared
 */
export function decisionPlot(judged: readonly JudgedRecipe[]): Figure | undefined {
  const rows = publishedDifferences(judged)
    .flatMap(({ direction: one }) => {
      const { recipe, row, column, published, detectable, ours, low, high } = one;
      if (detectable === undefined || low === undefined || high === undefined) return [];
      return [
        {
          what: `${recipe}: ${row}, ${column}`,
          power: Math.abs(published) / detectable,
          published,
          ours,
          low,
          high,
          detectable,
          negative: -detectable,
          verdict: one.verdict,
          said: verdictText(one),
        },
      ];
    })
    .sort((a, b) => b.power - a.power);
  if (rows.length === 0) return undefined;
  const y = name('what');
  const x = (field: string) => quantity(field, 'difference from the baseline (points)', { scale: {} });
  const color = name('verdict', null, {
    scale: {
      domain: ['found', 'opposite', 'bounded', 'too-small'],
      range: ['#059669', '#dc2626', '#2563eb', '#808080'],
    },
  });
  return {
    title:
      'What could have been seen: grey, differences below what these seeds and rows detect with 80 % power; line, ours with its 95 % interval; diamond, published. Most power first',
    alt: 'Forest plot of all published differences, with our intervals and the least difference that could have been seen',
    rows,
    spec: {
      width: 420,
      height: { step: 17 },
      layer: [
        {
          mark: { type: 'bar', color: '#808080', opacity: 0.18 },
          encoding: { y, x: x('negative'), x2: { field: 'detectable' } },
        },
        { mark: { type: 'rule', color: '#808080' }, encoding: { x: { datum: 0 } } },
        { mark: { type: 'rule', strokeWidth: 2 }, encoding: { y, x: x('low'), x2: { field: 'high' }, color } },
        { mark: { type: 'point', filled: true, size: 45 }, encoding: { y, x: x('ours'), color } },
        {
          mark: { type: 'point', shape: 'diamond', size: 80, color: '#d97706' },
          encoding: { y, x: x('published') },
        },
      ],
    },
  };
}
