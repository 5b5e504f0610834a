import type { ScoreFile } from './run-record.ts';

/** `scores.json` as text, byte for byte what a run wrote: a committed record's hash is that of its scores. */
export function scoreText({ scores, measures, extras }: ScoreFile): string {
  // Weights come last, wherever a reader put them.
  const ordered = scores.map(({ weights, ...score }) => (weights ? { ...score, weights } : score));
  return `${JSON.stringify({ scores: ordered, measures, ...(extras && { extras }) })}\n`;
}
