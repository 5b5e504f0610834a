import { checkTexts } from '@cloze/checks';
import type { MaskableBatch } from '@cloze/masking';
import { nativeTokenizer, padEncodings, tokenizerJson, type Vocabulary } from '@cloze/tokenizer';
import { type EncodeTimes, encodeWithWords } from './encode-with-words.ts';

/**
 * Texts as batches whose `words` are jieba's.
 *
 * @param options.batch rows of a batch, default 256 @param options.times added to, by the clock `now` in milliseconds, for benchmarks
 */
export async function maskableBatches(
  vocabulary: Vocabulary,
  texts: readonly string[],
  {
    batch = 256,
    times,
    now = () => 0,
  }: { readonly batch?: number; readonly times?: EncodeTimes; readonly now?: () => number } = {},
): Promise<MaskableBatch[]> {
  checkTexts('maskableBatches', texts);
  const tokenizer = nativeTokenizer(tokenizerJson(vocabulary));
  const batches: MaskableBatch[] = [];
  for (let from = 0; from < texts.length; from += batch) {
    const part = texts.slice(from, from + batch);
    const encodings = await encodeWithWords(tokenizer, part, times && { times, now });
    batches.push(padEncodings(encodings, { padId: vocabulary.special.pad }));
  }
  return batches;
}
