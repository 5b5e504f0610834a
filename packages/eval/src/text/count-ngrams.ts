/** How often each run of n tokens occurs; tokens are joined by a character that no token holds. */
export function countNgrams(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let begin = 0; begin + n <= tokens.length; begin++) {
    const ngram = tokens.slice(begin, begin + n).join('\u0000');
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}
