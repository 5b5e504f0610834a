import { expect, it } from 'vitest';
import { lineChart } from './line-chart.ts';

it('a chart draws each series once and survives a single point', () => {
  const svg = lineChart(
    [
      { name: '<A>', points: [[1, 2]] },
      {
        name: 'B',
        points: [
          [1, 2],
          [2, 4],
        ],
      },
    ],
    { title: 't', x: 'x', y: 'y' },
  );
  expect(svg.match(/<path/g)).toHaveLength(2);
  expect(svg).not.toContain('NaN');
  expect(svg).toContain('● &#60;A&#62;');
});
