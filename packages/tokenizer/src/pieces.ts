import type { Vocabulary } from './vocabulary.ts';

/** Longest piece first; a word with a part that no piece covers, or of more than 100 characters, is unknown (Wu et al. 2016, WordPiece). */
export function pieces(word: string, { idOf, special }: Vocabulary): number[] {
  const known = idOf.get(word);
  const characters = [...word];
  if (characters.length > 100) return [special.unknown];
  if (known !== undefined) return [known];
  const found: number[] = [];
  for (let start = 0; start < characters.length; ) {
    let end = characters.length;
    let id: number | undefined;
    for (; end > start; end--) {
      id = idOf.get((start > 0 ? '##' : '') + characters.slice(start, end).join(''));
      if (id !== undefined) break;
    }
    if (id === undefined) return [special.unknown];
    found.push(id);
    start = end;
  }
  return found;
}
