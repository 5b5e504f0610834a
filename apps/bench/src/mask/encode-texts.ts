import { type MaskableBatch, wordsFromBoundaries } from '@cloze/masking';
import { nativeTokenizer, padEncodings, tokenizerJson, type Vocabulary, wordBoundaries } from '@cloze/tokenizer';

/** Seconds spent in each part. */
export interface EncodeTimes {
  tokenize: number;
  segment: number;
}

/** Texts as batches whose `words` are jieba's, `##` pieces joined to their word. */
export async function encodeTexts(
  vocabulary: Vocabulary,
  texts: readonly string[],
  { batch = 256, times = { tokenize: 0, segment: 0 } }: { readonly batch?: number; readonly times?: EncodeTimes } = {},
): Promise<MaskableBatch[]> {
  const tokenizer = nativeTokenizer(tokenizerJson(vocabulary));
  const continues = Uint8Array.from(vocabulary.tokens, (token) => (token.startsWith('##') ? 1 : 0));
  const batches: MaskableBatch[] = [];
  for (let at = 0; at < texts.length; at += batch) {
    // A lone surrogate becomes U+FFFD for both, so that their places agree.
    const part = texts.slice(at, at + batch).map((text) => Buffer.from(text, 'utf8').toString('utf8'));
    const start = performance.now();
    const encodings = await tokenizer.encodeBatch(part);
    const middle = performance.now();
    const worded = encodings.map(({ ids, segments, special, offsets }, i) => ({
      ids,
      segments,
      special,
      words: wordsFromBoundaries({
        starts: offsets.map(([from]) => from),
        ends: offsets.map(([, to]) => to),
        boundaries: wordBoundaries(part[i] as string),
        special,
        continues: ids.map((id) => continues[id] as number),
      }),
    }));
    times.tokenize += (middle - start) / 1000;
    times.segment += (performance.now() - middle) / 1000;
    batches.push(padEncodings(worded, { padId: vocabulary.special.pad }));
  }
  return batches;
}
