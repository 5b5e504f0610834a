import type { PolicyAudit } from '@cloze/masking';
import { htmlTable, page } from '../terminal/page.ts';
import { lineChart } from './line-chart.ts';

/** Heads of the audit table. */
export const auditHead = [
  'policy',
  'rate %',
  'asked %',
  'mask/other/kept %',
  'mean span',
  'rows without',
  'touched',
  'M tokens/s',
];

/** The audit as cells. */
export const auditRows = (audits: readonly PolicyAudit[]): string[][] =>
  audits.map((a) => [
    a.policy,
    (100 * a.rate).toFixed(2),
    a.expected_rate === undefined ? '-' : `${(100 * a.expected_rate).toFixed(2)}${a.within ? '' : ' !'}`,
    [a.masked, a.replaced, a.kept].map((share) => (100 * share).toFixed(1)).join('/'),
    a.mean_span.toFixed(2),
    `${a.rows_without}`,
    `${a.specials_touched + a.pads_touched}`,
    a.mtokens_per_s.toFixed(1),
  ]);

/** Curves of a chart: more cannot be told apart. */
const most = 4;

/** The audit as a page with a table, and figures of span lengths and of rates along the row of the first few policies. */
export function auditPage(audits: readonly PolicyAudit[], corpus: string): string {
  const curves = (of: (audit: PolicyAudit) => readonly number[]) =>
    audits
      .filter((audit) => of(audit).length > 0)
      .slice(0, most)
      .map((audit) => ({ name: audit.policy, points: of(audit).map((y, i) => [i + 1, y] as const) }));
  const spans = curves((audit) => audit.spans);
  const places = curves((audit) => audit.by_position.map((rate) => 100 * rate));
  const figures = [
    spans.length === 0
      ? ''
      : lineChart(spans, {
          title: 'Lengths of runs of masked tokens. The last point counts that length and over.',
          x: 'tokens',
          y: 'share of runs',
        }),
    places.length === 0
      ? ''
      : lineChart(places, {
          title: 'Share of tokens predicted in each tenth of the row.',
          x: 'tenth of the columns',
          y: 'rate (%)',
        }),
  ];
  return page(
    'What each masking policy does',
    `<p>${corpus}</p>${htmlTable(auditHead, auditRows(audits))}${figures.join('')}`,
    audits,
  );
}
