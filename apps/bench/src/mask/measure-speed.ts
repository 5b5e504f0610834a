import { type MaskableBatch, mask } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import type { NamedPolicy, PolicySetting } from './policy-setting.ts';
import { transformersPeer } from './transformers-peer.ts';

/** Speed of a policy on one core, in millions of maskable tokens a second. */
export interface SpeedRow {
  readonly policy: string;
  readonly tokens: number;
  readonly mtokens_per_s: number;
  readonly median: number;
  /** What the project asks for, of the policies it asks it of. */
  readonly reach?: number;
  readonly peer?: string;
  readonly peer_mtokens_per_s?: number;
  readonly peer_median?: number;
  readonly ratio?: number;
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

/** Times passes over the batches, ours and transformers' in turn; the first two of each are warm-up. A stream a row is part of the work. */
export async function* measureSpeed(
  policies: readonly NamedPolicy[],
  batches: readonly MaskableBatch[],
  {
    seed,
    passes,
    python,
    vocabulary,
    setting,
  }: {
    readonly seed: number;
    readonly passes: number;
    readonly python: string | undefined;
    readonly vocabulary: number;
    readonly setting: PolicySetting['setting'];
  },
): AsyncGenerator<SpeedRow> {
  const tokens = batches.reduce((sum, { maskable }) => sum + maskable.reduce((a, b) => a + b, 0), 0);
  const peer =
    python === undefined ? undefined : await transformersPeer(python, batches, { vocabulary, maskId: setting.maskId });
  try {
    for (const policy of policies) {
      const { name } = policy;
      const stream = streamFrom(seed).fork('mask speed', name);
      const theirs = name === 'bernoulli' || name === 'whole-word-bernoulli' ? peer : undefined;
      const [a, b]: [number[], number[]] = [[], []];
      for (let pass = 0; pass < passes + 2; pass++) {
        const start = performance.now();
        for (const [i, batch] of batches.entries()) {
          const own = stream.fork(pass, i);
          mask(batch, policy, { ...setting, slots: batch.shape[1], randomOf: (row) => own.fork(row) });
        }
        a.push((performance.now() - start) / 1000);
        if (theirs) b.push(await theirs.pass(name === 'bernoulli' ? 'bernoulli' : 'whole-word'));
      }
      const [mine, other] = [a.slice(2), b.slice(2)];
      const rate = (seconds: number) => round(tokens / seconds / 1e6);
      yield {
        policy: name,
        tokens,
        mtokens_per_s: rate(Math.min(...mine)),
        median: rate(median(mine)),
        ...(reaches[name] ? { reach: reaches[name] } : {}),
        ...(theirs
          ? {
              peer: theirs.version,
              peer_mtokens_per_s: rate(Math.min(...other)),
              peer_median: rate(median(other)),
              ratio: round(Math.min(...other) / Math.min(...mine)),
            }
          : {}),
        passes,
      };
    }
  } finally {
    peer?.stop();
  }
}
