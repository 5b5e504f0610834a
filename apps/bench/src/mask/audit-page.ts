import { htmlTable, page } from 'cloze/terminal';
import { lineChart } from '../report/line-chart.ts';
import type { PolicyAudit } from './audit-policy.ts';

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

/** The audit as a page with a table and figures of span lengths and of rates along the row. */
export function auditPage(audits: readonly PolicyAudit[], corpus: string): string {
  const pick = (...names: readonly string[]) => audits.filter(({ policy }) => names.includes(policy));
  const spans = pick('bert', 'whole-word', 'span-bert', 'pmi');
  const places = pick('bernoulli', 'whole-word', 'span-bert', 'pmi');
  const figures = [
    spans.length > 0
      ? lineChart(
          spans.map(({ policy, spans: shares }) => ({
            name: policy,
            points: shares.map((y, i) => [i + 1, y] as const),
          })),
          {
            title: 'Lengths of runs of masked tokens. The last point counts that length and over.',
            x: 'tokens',
            y: 'share of runs',
          },
        )
      : '',
    places.length > 0
      ? lineChart(
          places.map(({ policy, by_position }) => ({
            name: policy,
            points: by_position.map((y, i) => [i + 1, 100 * y] as const),
          })),
          { title: 'Share of tokens predicted in each tenth of the row.', x: 'tenth of the columns', y: 'rate (%)' },
        )
      : '',
  ];
  return page(
    'What each masking policy does',
    `<p>${corpus}</p>${htmlTable(auditHead, auditRows(audits))}${figures.join('')}`,
    audits,
  );
}
