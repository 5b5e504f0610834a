import { splitWords } from './split-words.ts';
import { specialTokens, type Vocabulary, vocabularyFrom } from './vocabulary.ts';

/**
 * A vocabulary of the special tokens and the most frequent words and characters of a corpus.
 *
 * Chinese text is split into characters, so this is a character vocabulary there; Latin words are taken whole, and their letters as
 * `##` pieces. Ties are broken by code point: the same corpus gives the same vocabulary.
 *
 * @param options.size upper bound on the number of tokens @param options.minimum least number of occurrences, default 2
 * @throws {RangeError} for an empty corpus
 */
export function trainVocabulary(
  texts: Iterable<string>,
  { size, minimum = 2 }: { readonly size: number; readonly minimum?: number },
): Vocabulary {
  const counts = new Map<string, number>();
  const add = (token: string) => counts.set(token, (counts.get(token) ?? 0) + 1);
  for (const text of texts) {
    for (const { text: word } of splitWords(text)) {
      add(word);
      const characters = [...word];
      if (characters.length > 1)
        for (const [i, character] of characters.entries()) add(i === 0 ? character : `##${character}`);
    }
  }
  if (counts.size === 0) throw new RangeError('trainVocabulary: the corpus is empty; give it at least one word.');
  for (const token of specialTokens) counts.delete(token);
  const kept = [...counts].filter(([, count]) => count >= minimum).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return vocabularyFrom([
    ...specialTokens,
    ...kept.slice(0, Math.max(0, size - specialTokens.length)).map(([token]) => token),
  ]);
}
