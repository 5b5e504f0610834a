/** Insertions, removals and replacements of characters between two texts. */
function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const row = [i + 1];
    for (let j = 1; j <= b.length; j++) {
      const [above = 0, diagonal = 0, left = 0] = [before[j], before[j - 1], row[j - 1]];
      row.push(Math.min(above + 1, left + 1, diagonal + (letter === b[j - 1] ? 0 : 1)));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}

/** What a misspelt name may have meant: the known one that is a letter or two away, or all of them. @internal */
export function nearest(name: string, known: readonly string[]): string {
  const [best] = known
    .map((candidate) => ({ candidate, away: editDistance(name, candidate) }))
    .sort((a, b) => a.away - b.away);
  return best && best.away <= Math.max(2, name.length / 3)
    ? `did you mean '${best.candidate}'?`
    : `there are ${known.join(', ')}`;
}
