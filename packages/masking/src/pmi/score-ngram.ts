import { checkOptions, needed, real, whole } from '@cloze/checks';
/**
 * PMI of an n-gram: the least over all its segmentations σ into two parts or more (Levine et al. 2021),
 * `min_σ ln( p(g)^power / Π_{s∈σ} p(s) )`, in nats.
 *
 * @param logProbability ln p of words `from..to` of the n-gram @param n number of words, at least 2
 */
export function scoreNgram(
  logProbability: (from: number, to: number) => number,
  options: { readonly n: number; readonly numeratorPower: 1 | 2 },
): number {
  checkOptions('scoreNgram', options, { n: needed(whole(1)), numeratorPower: needed(real()) });
  const { n, numeratorPower } = options;

  // best[k]: the largest Σ ln p(s) over segmentations of the first k words; the whole n-gram as one part is left out.
  const best = new Float64Array(n + 1).fill(Number.NEGATIVE_INFINITY);
  best[0] = 0;
  for (let to = 1; to <= n; to++)
    for (let from = 0; from < to; from++)
      if (to - from < n) best[to] = Math.max(best[to] as number, (best[from] as number) + logProbability(from, to));
  return numeratorPower * logProbability(0, n) - (best[n] as number);
}
