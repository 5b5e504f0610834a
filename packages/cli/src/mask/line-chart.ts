import { escapeHtml } from '../terminal/page.ts';

/** One curve. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const colours = ['#2563eb', '#dc2626', '#059669', '#d97706'];

/** A line chart as SVG text: labelled axes, a legend, no script, no network; colours that work on light and dark. */
export function lineChart(
  series: readonly Series[],
  { title, x, y }: { readonly title: string; readonly x: string; readonly y: string },
): string {
  const [width, height, left, bottom, top, right] = [640, 320, 56, 44, 34, 16];
  const all = series.flatMap(({ points }) => points);
  const range = (values: readonly number[]) =>
    values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)] as const, [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ] as const);
  const [x0, x1] = range(all.map(([a]) => a));
  const [y0, y1] = range(all.map(([, b]) => b));
  const px = (a: number) => left + ((a - x0) / (x1 - x0 || 1)) * (width - left - right);
  const py = (b: number) => height - bottom - ((b - y0) / (y1 - y0 || 1)) * (height - bottom - top);
  const ticks = Array.from({ length: 5 }, (_, i) => i / 4);
  const grid = ticks
    .map((t) => {
      const [a, b] = [x0 + t * (x1 - x0), y0 + t * (y1 - y0)];
      return `<line x1="${left}" x2="${width - right}" y1="${py(b).toFixed(1)}" y2="${py(b).toFixed(1)}" class="grid"/><text x="${left - 6}" y="${(py(b) + 4).toFixed(1)}" text-anchor="end">${b.toFixed(2)}</text><text x="${px(a).toFixed(1)}" y="${height - bottom + 16}" text-anchor="middle">${Math.round(a)}</text>`;
    })
    .join('');
  const lines = series
    .map(({ name, points }, i) => {
      const path = points.map(([a, b], j) => `${j ? 'L' : 'M'}${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join('');
      const colour = colours[i % colours.length];
      return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/><text x="${left + 8 + i * 120}" y="${top - 8}" fill="${colour}" style="fill:${colour}">● ${escapeHtml(name)}</text>`;
    })
    .join('');
  return `<figure><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">${grid}${lines}<text x="${width / 2}" y="${height - 6}" text-anchor="middle">${x}</text><text transform="translate(12 ${height / 2}) rotate(-90)" text-anchor="middle">${y}</text></svg><figcaption>${title}</figcaption></figure>`;
}
