import type { PmiVocabulary } from '@cloze/masking';
import { encode, type Vocabulary } from '@cloze/tokenizer';

/** Token ids of each collocation; those with a word the vocabulary lacks are left out. */
export function ngramIds({ entries }: PmiVocabulary, vocabulary: Vocabulary): Int32Array[] {
  return entries.flatMap(({ words }) => {
    const ids = words.flatMap((word) => {
      const encoded = encode(vocabulary, word).ids;
      return [...encoded.subarray(1, encoded.length - 1)];
    });
    return ids.includes(vocabulary.special.unknown) ? [] : [Int32Array.from(ids)];
  });
}
