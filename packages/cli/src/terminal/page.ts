import { sortTables } from './sort-tables.ts';

/** Text that may hold anything, made safe inside HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A table as HTML; cells are escaped. @param foot rows that stay last when the table is sorted */
export function htmlTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  foot: readonly (readonly string[])[] = [],
): string {
  const cells = (tag: string, row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  const body = (inner: readonly (readonly string[])[]) => inner.map((row) => cells('td', row)).join('');
  return `<div class="scroll"><table><thead>${cells('th', header)}</thead><tbody>${body(rows)}</tbody>${foot.length > 0 ? `<tfoot>${body(foot)}</tfoot>` : ''}</table></div>`;
}

/** A figure with what it shows below it. @param svg trusted */
export function figure(svg: string, caption: string): string {
  return `<figure><div class="scroll">${svg}</div><figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

const style = `:root{color-scheme:light dark;--text:#1f2937;--back:#fff;--line:#d1d5db}@media(prefers-color-scheme:dark){:root{--text:#e5e7eb;--back:#111827;--line:#374151}}
body{font:16px/1.55 system-ui,"Noto Sans CJK SC",sans-serif;color:var(--text);background:var(--back);max-width:52rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;font-size:.85rem}th{white-space:normal;vertical-align:bottom}th button{all:unset;cursor:pointer}th button:focus-visible{outline:2px solid}th button::after{content:" ↕";opacity:.35}th[aria-sort] button::after{opacity:1}th[aria-sort=ascending] button::after{content:" ↑"}th[aria-sort=descending] button::after{content:" ↓"}tfoot td{opacity:.75}th,td{padding:.35rem .5rem;border-bottom:1px solid var(--line);text-align:left}td{white-space:nowrap}.scroll{overflow-x:auto;margin-bottom:1rem}
svg{width:100%;height:auto}svg text{font-size:12px;fill:var(--text)}.grid{stroke:var(--line)}figure{margin:1.5rem 0}figure svg{min-width:30rem}figcaption{font-size:.9rem;opacity:.8}code,pre{font-size:.9em}pre{overflow-x:auto;padding:.75rem;border:1px solid var(--line);border-radius:.4rem}.note{font-size:.9rem;opacity:.8}.verse{font-size:1.5rem;letter-spacing:.15em}h1{font-size:1.7rem;line-height:1.2}`;

/** One self-contained HTML page: no network, readable on a phone, light and dark, tables sorted by a click on their heads. @param body trusted HTML @param data downloadable figures */
export function page(title: string, body: string, data: unknown): string {
  const json = JSON.stringify(data).replace(/</g, '\\u003c');
  const link = `data:application/json;charset=utf-8,${encodeURIComponent(json)}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head><body><h1>${escapeHtml(title)}</h1>${body}<p><a download="figures.json" href="${link}">All figures as JSON</a></p><script>${sortTables}</script></body></html>\n`;
}
