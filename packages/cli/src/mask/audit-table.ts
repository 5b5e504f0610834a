import type { PolicyAudit } from '@cloze/masking';

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
