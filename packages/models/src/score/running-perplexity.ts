import type { TextScore } from './score-texts.ts';

/** Pseudo-perplexity of a stream: sums, not lists, so that any number of texts fits. */
export function runningPerplexity() {
  let [texts, tokens, total, means, truncated] = [0, 0, 0, 0, 0];
  return {
    add: ({ score, count, truncated: cut }: TextScore<unknown>) => {
      if (cut) truncated++;
      if (count === 0) return;
      texts++;
      tokens += count;
      total += score;
      means += score / count;
    },
    /** Micro weighs tokens, macro texts; null before the first token. */
    figures: () => ({
      texts,
      tokens,
      pseudoPerplexity: tokens === 0 ? null : Math.exp(-total / tokens),
      pseudoPerplexityMacro: texts === 0 ? null : Math.exp(-means / texts),
      truncated,
    }),
  };
}
