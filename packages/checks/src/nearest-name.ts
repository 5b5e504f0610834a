import { checkText, checkTexts } from './texts-and-rows.ts';

/** Least number of UTF-16 units put in, taken out or replaced that makes one text the other. */
export function editDistance(a: string, b: string): number {
  checkText('editDistance: the first', a);
  checkText('editDistance: the second', b);
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const now = [i];
    for (let j = 1; j <= b.length; j++)
      now.push(
        Math.min(
          (before[j] as number) + 1,
          (now[j - 1] as number) + 1,
          (before[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    before = now;
  }
  return before[b.length] as number;
}

/** Half a sentence that helps after a wrong name: the nearest known one, or all of them. */
export function nearestName(name: string, known: readonly string[]): string {
  checkText('nearestName: the name', name);
  checkTexts('nearestName', known);
  const last = (path: string) => path.slice(path.lastIndexOf('.') + 1);
  const near = known
    .map((candidate) => ({
      candidate,
      away: Math.min(editDistance(name, candidate), editDistance(name, last(candidate)) + 1),
    }))
    .sort((a, b) => a.away - b.away)[0];
  if (near && near.away <= Math.max(2, name.length / 3)) return `did you mean '${near.candidate}'?`;
  return `there are ${known.join(', ')}`;
}
