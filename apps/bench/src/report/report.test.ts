import { htmlTable, page, sortTables } from 'cloze/terminal';
import { describe, expect, it } from 'vitest';
import { lineChart } from './line-chart.ts';

describe('report', () => {
  it('text from data cannot become markup or script', () => {
    const html = page('<b>', htmlTable(['a'], [['</td><script>alert(1)</script>']]), { x: '</script>' });
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain(`<script>${sortTables}</script></body>`);
    expect(html).toContain('&#60;script&#62;');
  });
  it('a chart draws each series once and survives a single point', () => {
    const svg = lineChart(
      [
        { name: 'A', points: [[1, 2]] },
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
  });
});
