import type { ExplainedToken } from '@cloze/models';

/** A line a token, where there is no colour: its score and a bar, to the right for the target, to the left against it. */
export function plainSentence(tokens: readonly ExplainedToken[]): string {
  const most = tokens.reduce((most, { score }) => Math.max(most, Math.abs(score)), Number.MIN_VALUE);
  return tokens
    .map(({ text, score }) => {
      const bar = (score < 0 ? '-' : '+').repeat(Math.round((20 * Math.abs(score)) / most));
      return `${score.toFixed(4).padStart(9)}  ${bar.padEnd(20)}  ${text.replace(/\p{Cc}/gu, ' ')}`;
    })
    .join('\n');
}
