import type { PmiVocabulary } from './pmi-vocabulary.ts';

/**
 * Token ids of each collocation: what `pmi` and `pmiNgrams` take. Those with a word that the tokenizer lacks are left out.
 *
 * @param encode ids of a word, special tokens left out @param unknownId of the token that stands for what a vocabulary lacks
 */
export function ngramIds(
  { entries }: PmiVocabulary,
  encode: (word: string) => ArrayLike<number>,
  unknownId: number,
): Int32Array[] {
  return entries.flatMap(({ words }) => {
    const ids = words.flatMap((word) => Array.from(encode(word)));
    return ids.includes(unknownId) ? [] : [Int32Array.from(ids)];
  });
}
