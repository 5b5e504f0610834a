import { wordsFromBoundaries } from '@cloze/masking';
import { type Encoding, type NativeTokenizer, wordBoundaries } from '@cloze/tokenizer';

/**
 * Texts as encodings whose `words` are jieba's, `##` pieces joined to their word.
 *
 * @param texts without lone surrogates, so that tokenizer and segmenter count the same places
 */
export async function encodeWorded(tokenizer: NativeTokenizer, texts: readonly string[]): Promise<Encoding[]> {
  const encodings = await tokenizer.encodeBatch(texts);
  return encodings.map(({ ids, segments, special, offsets }, i) => ({
    ids,
    segments,
    special,
    words: wordsFromBoundaries({
      starts: offsets.map(([from]) => from),
      ends: offsets.map(([, to]) => to),
      boundaries: wordBoundaries(texts[i] as string),
      special,
      continues: Array.from(ids, (id) => (tokenizer.tokenOf(id)?.startsWith('##') ? 1 : 0)),
    }),
  }));
}
