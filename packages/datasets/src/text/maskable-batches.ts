import { anything, callable, checkOptions, checkTexts, whole } from '@cloze/checks';
import type { MaskableBatch } from '@cloze/masking';
import { type NativeTokenizer, nativeTokenizer, padEncodings, tokenizerJson, type Vocabulary } from '@cloze/tokenizer';
import { type EncodeTimes, encodeWithWords } from './encode-with-words.ts';

/**
 * Texts as batches whose `words` are jieba's.
 *
 * @param options.tokenizer whose rules cut the texts; default BERT's lower-cased ones over the vocabulary @param options.batch rows of a batch, default 256 @param options.times added to, by the clock `now` in milliseconds, for benchmarks
 */
export async function maskableBatches(
  vocabulary: Vocabulary,
  texts: readonly string[],
  options: {
    readonly tokenizer?: NativeTokenizer | undefined;
    readonly batch?: number;
    readonly times?: EncodeTimes;
    readonly now?: () => number;
  } = {},
): Promise<MaskableBatch[]> {
  checkOptions('maskableBatches', options, { tokenizer: anything, batch: whole(1), times: anything, now: callable });
  const { tokenizer = nativeTokenizer(tokenizerJson(vocabulary)), batch = 256, times, now = () => 0 } = options;

  checkTexts('maskableBatches', texts);
  const batches: MaskableBatch[] = [];
  for (let from = 0; from < texts.length; from += batch) {
    const part = texts.slice(from, from + batch);
    const encodings = await encodeWithWords(tokenizer, part, times && { times, now });
    batches.push(padEncodings(encodings, { padId: vocabulary.special.pad }));
  }
  return batches;
}
