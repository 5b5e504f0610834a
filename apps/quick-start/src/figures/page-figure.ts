import { escapeHtml } from 'cloze/terminal';
import { vegaSvg } from './vega-svg.ts';

/** A figure: what vega-lite draws, and the rows it draws, which the page offers as a file. */
export interface Figure {
  readonly title: string;
  readonly alt: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  readonly spec: Readonly<Record<string, unknown>>;
}

/** A channel that shows a number; its axis need not begin at 0. */
export const quantity = (field: string, title: string, more: object = {}) => ({
  field,
  type: 'quantitative',
  title,
  scale: { zero: false },
  ...more,
});

/** A channel that shows a name, in the order of the rows. */
export const name = (field: string, title: string | null = null, more: object = {}) => ({
  field,
  type: 'nominal',
  title,
  sort: null,
  ...more,
});

/** Rows as comma-separated values, quoted where needed. */
export function csv(rows: Figure['rows']): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: string | number | undefined) => {
    const text = value === undefined ? '' : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [names.map(cell), ...rows.map((row) => names.map((name) => cell(row[name])))]
    .map((line) => `${line.join(',')}\n`)
    .join('');
}

/** A figure as HTML, with its data; one sentence of it is read aloud, its marks are not. @param file what the data are called when they are saved, without `.csv` */
export async function figureHtml({ title, alt, rows, spec }: Figure, file: string): Promise<string> {
  const svg = await vegaSvg({ ...spec, data: { values: rows } });
  const link = `data:text/csv;charset=utf-8,${encodeURIComponent(csv(rows))}`;
  return `<figure><div class="scroll" role="img" tabindex="0" aria-label="${escapeHtml(alt)}"><div aria-hidden="true">${svg}</div></div><figcaption>${escapeHtml(title)} · <a download="${escapeHtml(file)}.csv" href="${link}">data</a></figcaption></figure>`;
}
