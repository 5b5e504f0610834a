import { describe, expect, it } from 'vitest';
import { vegaSvg } from './vega-svg.ts';

const spec = {
  data: {
    values: [
      { step: 1, loss: 3, model: '模型' },
      { step: 2, loss: 2, model: '模型' },
    ],
  },
  mark: 'line',
  encoding: {
    x: { field: 'step', type: 'quantitative' },
    y: { field: 'loss', type: 'quantitative' },
    color: { field: 'model', type: 'nominal' },
  },
} as const;

describe('vegaSvg', () => {
  it('draws the same bytes twice, Chinese included, in the colour of the text around it', async () => {
    const first = await vegaSvg(spec);
    expect(await vegaSvg(spec)).toBe(first);
    expect(first).toMatch(/^<svg.*模型.*<\/svg>$/s);
    expect(first).toContain('currentColor');
  });

  it('refuses what is no figure', async () => {
    await expect(vegaSvg({ mark: 'line' } as never)).rejects.toThrow();
  });
});
