import type { PolicySetting } from '@cloze/datasets';
import { type MaskableBatch, mask, type NamedPolicy } from '@cloze/masking';
import { streamFrom } from '@cloze/random';

/** Speed of a policy on one core, in millions of maskable tokens a second. */
export interface SpeedRow {
  readonly policy: string;
  readonly tokens: number;
  readonly mtokens_per_s: number;
  readonly median: number;
  /** What the project asks for, of the policies it asks it of. */
  readonly reach?: number;
  readonly passes: number;
}

const reaches: Readonly<Record<string, number>> = {
  bert: 20,
  roberta: 20,
  bernoulli: 20,
  'whole-word': 5,
  'whole-word-bernoulli': 5,
  'span-bert': 5,
  'span-tokens': 5,
  ngram: 5,
  pmi: 5,
  'pmi-bernoulli': 5,
};
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;
const round = (value: number) => Number(value.toFixed(2));

/** Times passes over the batches, the first two are warm-up. A stream a row is part of the work. */
export function* measureSpeed(
  policies: readonly NamedPolicy[],
  batches: readonly MaskableBatch[],
  {
    seed,
    passes,
    setting,
  }: {
    readonly seed: number;
    readonly passes: number;
    readonly setting: PolicySetting['setting'];
  },
): Generator<SpeedRow> {
  const tokens = batches.reduce((sum, { maskable }) => sum + maskable.reduce((a, b) => a + b, 0), 0);
  for (const policy of policies) {
    const { name } = policy;
    const stream = streamFrom(seed).fork('mask speed', name);
    const times: number[] = [];
    for (let pass = 0; pass < passes + 2; pass++) {
      const start = performance.now();
      for (const [i, batch] of batches.entries()) {
        const own = stream.fork(pass, i);
        mask(batch, policy, { ...setting, slots: batch.shape[1], randomOf: (row) => own.fork(row) });
      }
      times.push((performance.now() - start) / 1000);
    }
    const timed = times.slice(2);
    const rate = (seconds: number) => round(tokens / seconds / 1e6);
    yield {
      policy: name,
      tokens,
      mtokens_per_s: rate(timed.reduce((least, seconds) => Math.min(least, seconds))),
      median: rate(median(timed)),
      ...(reaches[name] ? { reach: reaches[name] } : {}),
      passes,
    };
  }
}
