import { type EncodeTimes, encodeWithWords } from '@cloze/datasets';
import type { MaskableBatch } from '@cloze/masking';
import { nativeTokenizer, padEncodings, tokenizerJson, type Vocabulary } from '@cloze/tokenizer';

/** Texts as batches whose `words` are jieba's. */
export async function encodeTexts(
  vocabulary: Vocabulary,
  texts: readonly string[],
  { batch = 256, times }: { readonly batch?: number; readonly times?: EncodeTimes } = {},
): Promise<MaskableBatch[]> {
  const tokenizer = nativeTokenizer(tokenizerJson(vocabulary));
  const batches: MaskableBatch[] = [];
  for (let at = 0; at < texts.length; at += batch) {
    const part = texts.slice(at, at + batch);
    const encodings = await encodeWithWords(tokenizer, part, times && { times, now: () => performance.now() });
    batches.push(padEncodings(encodings, { padId: vocabulary.special.pad }));
  }
  return batches;
}
