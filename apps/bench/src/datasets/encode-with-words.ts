import { wordsFromBoundaries } from '@cloze/masking';
import { type Encoding, type NativeTokenizer, wordBoundaries } from '@cloze/tokenizer';

/** Seconds spent in each part. */
export interface EncodeTimes {
  tokenize: number;
  segment: number;
}

/**
 * Texts as encodings whose `words` are jieba's, `##` pieces joined to their word.
 *
 * @param options.times added to, for benchmarks
 */
export async function encodeWithWords(
  tokenizer: NativeTokenizer,
  texts: readonly string[],
  { times = { tokenize: 0, segment: 0 } }: { readonly times?: EncodeTimes } = {},
): Promise<Encoding[]> {
  // A lone surrogate becomes U+FFFD for both, so that their places agree.
  const sound = texts.map((text) => Buffer.from(text, 'utf8').toString('utf8'));
  // Asked once an id: every question crosses into native code.
  const known = new Map<number, 0 | 1>();
  const continues = (id: number): 0 | 1 => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const answer = tokenizer.tokenOf(id)?.startsWith('##') ? 1 : 0;
    known.set(id, answer);
    return answer;
  };
  const start = performance.now();
  const encodings = await tokenizer.encodeBatch(sound);
  const middle = performance.now();
  const worded = encodings.map(({ ids, segments, special, offsets }, i) => ({
    ids,
    segments,
    special,
    words: wordsFromBoundaries({
      starts: offsets.map(([from]) => from),
      ends: offsets.map(([, to]) => to),
      boundaries: wordBoundaries(sound[i] as string),
      special,
      continues: ids.map(continues),
    }),
  }));
  times.tokenize += (middle - start) / 1000;
  times.segment += (performance.now() - middle) / 1000;
  return worded;
}
