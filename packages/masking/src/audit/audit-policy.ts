import { anything, callable, checkList, checkOptions, needed } from '@cloze/checks';
import type { MaskableBatch, RandomStream } from '../batch.ts';
import { checkBatch } from '../batch.ts';
import { mask } from '../mask.ts';
import type { MaskSetting } from '../mask-options.ts';
import type { NamedPolicy } from '../presets/registry.ts';
import { isTargetPolicy } from '../targets/target-policy.ts';
import { asOwnTargets } from './as-own.ts';
import { binomialBound, countMasking, type MaskingCounts } from './count-masking.ts';
import { expectedTargets } from './expected-targets.ts';

/** One row of the audit; shares are of maskable tokens, `masked`, `replaced`, `kept` of targets. */
export interface PolicyAudit {
  readonly policy: string;
  readonly about: string;
  readonly rows: number;
  readonly tokens: number;
  readonly targets: number;
  readonly rate: number;
  /** What the policy's counts ask for, where it can be foretold. */
  readonly expected_rate?: number;
  /** 4.5 standard errors of a binomial, for units of the mean length that occurred. */
  readonly bound?: number;
  readonly within?: boolean;
  readonly masked: number;
  readonly replaced: number;
  readonly kept: number;
  readonly corrupted_only: number;
  readonly rows_without: number;
  readonly specials_touched: number;
  readonly pads_touched: number;
  readonly wrong_targets: number;
  /** [SEP] tokens predicted, for policies that predict the next token. */
  readonly ends_predicted?: number;
  /** Share of judged tokens that were replaced, for replaced-token detection. */
  readonly judged_replaced?: number;
  readonly mean_span: number;
  /** Share of spans of 1, 2, 3, … tokens; the last entry is for that length and over. */
  readonly spans: readonly number[];
  /** Rate in each tenth of the columns that at least 1,000 maskable tokens stand in. */
  readonly by_position: readonly number[];
  readonly mtokens_per_s: number;
}

const round = (value: number, digits = 5) => Number(value.toFixed(digits));

function spanShares(spans: readonly number[], most = 12): number[] {
  const shares = new Array<number>(Math.min(most, Math.max(1, spans.length - 1))).fill(0);
  const total = spans.reduce((a, b) => a + b, 0) || 1;
  for (const [length, count] of spans.entries()) {
    const at = Math.min(length, shares.length) - 1;
    if (length > 0) shares[at] = (shares[at] as number) + count / total;
  }
  return shares.map((share) => round(share));
}

function tenths(columns: MaskingCounts['columns']): number[] {
  const wide = columns.filter(({ maskable }) => maskable >= 1000);
  return Array.from({ length: wide.length > 0 ? 10 : 0 }, (_, tenth) => {
    const part = wide.filter((_, i) => Math.floor((10 * i) / wide.length) === tenth);
    const sum = (of: 'maskable' | 'predicted') => part.reduce((n, column) => n + column[of], 0);
    return round(sum('predicted') / (sum('maskable') || 1));
  });
}

/** Where randomness and time come from. */
export interface AuditSetting {
  readonly setting: Omit<MaskSetting, 'randomOf'>;
  /** The stream of a row of the corpus: it should depend on the policy and the row alone. */
  readonly randomOf: (row: number) => RandomStream;
  /** Milliseconds of a clock, for `mtokens_per_s`. */
  readonly now: () => number;
}

/** Masks a corpus once and counts what happened: what a policy does, beside what it says. */
export function auditPolicy(
  policy: NamedPolicy,
  batches: readonly MaskableBatch[],
  options: AuditSetting,
): PolicyAudit {
  checkOptions('auditPolicy', options, {
    setting: needed(anything),
    randomOf: needed(callable),
    now: needed(callable),
  });
  const { setting, randomOf, now } = options;

  checkList('auditPolicy', batches);
  for (const [i, batch] of batches.entries()) checkBatch(`auditPolicy: batch ${i}`, batch);
  const { name, about } = policy;
  const chooses = isTargetPolicy(policy) ? undefined : policy;
  const kind = isTargetPolicy(policy) ? policy.kind : 'own';
  let spent = 0;
  let first = 0;
  let judged = [0, 0];
  const pairs = function* () {
    for (const before of batches) {
      const from = first;
      first += before.shape[0];
      const start = now();
      const after = mask(before, policy, {
        ...setting,
        slots: before.shape[1],
        randomOf: (row) => randomOf(from + row),
      });
      spent += now() - start;
      if (kind === 'replaced')
        judged = [
          (judged[0] as number) + after.targets.reduce((a, b) => a + b, 0),
          (judged[1] as number) + after.weights.reduce((a, b) => a + b, 0),
        ];
      yield { before, after: asOwnTargets(before, after, kind) };
    }
  };
  const counts = countMasking(pairs(), { maskId: setting.maskId });
  const rows = batches.reduce((n, { shape }) => n + shape[0], 0);
  const copies = counts.rows / rows;
  const tokens = counts.maskable / copies;
  const own = kind === 'next' ? counts.predicted - counts.specialsTouched : counts.predicted;
  const spans = counts.spans.reduce((a, b) => a + b, 0);
  const mean = (counts.predicted + counts.corruptedOnly) / (spans || 1);
  const asked = chooses && batches.reduce((sum, batch) => sum + expectedTargets(batch, chooses), 0) / tokens;
  // Units are at most as long as the runs they form: a bound for units of that length is no tighter than the true one.
  const bound = asked === undefined ? undefined : binomialBound({ share: asked, n: tokens / Math.max(1, mean) });
  // Counts that skip a unit too long for their rest may stay below, by less than such a unit a row.
  const skips = chooses?.selection !== 'bernoulli' && chooses?.overflow !== 'split' && chooses?.units !== undefined;
  const off = asked === undefined ? 0 : own / tokens - asked;
  return {
    policy: name,
    about,
    rows: counts.rows,
    tokens,
    targets: counts.predicted,
    rate: round(own / tokens),
    ...(asked !== undefined && bound !== undefined
      ? {
          expected_rate: round(asked),
          bound: round(bound),
          within: Math.abs(off) <= bound || (skips && off < 0 && off > -0.02),
        }
      : {}),
    masked: round(counts.masked / (counts.predicted || 1)),
    replaced: round(counts.replaced / (counts.predicted || 1)),
    kept: round(counts.kept / (counts.predicted || 1)),
    corrupted_only: round(counts.corruptedOnly / tokens),
    rows_without: counts.rowsWithout,
    specials_touched: kind === 'next' ? 0 : counts.specialsTouched,
    pads_touched: counts.padsTouched,
    wrong_targets: counts.wrongTargets,
    ...(kind === 'next' ? { ends_predicted: counts.specialsTouched } : {}),
    ...(kind === 'replaced' ? { judged_replaced: round((judged[0] as number) / (judged[1] || 1)) } : {}),
    mean_span: round(mean, 3),
    spans: spanShares(counts.spans),
    by_position: tenths(counts.columns),
    mtokens_per_s: round(counts.maskable / spent / 1000, 1),
  };
}
