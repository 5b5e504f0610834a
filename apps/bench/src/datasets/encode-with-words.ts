import { wordNumbersFromBoundaries } from '@cloze/masking';
import { type Encoding, type NativeTokenizer, wordBoundaries } from '@cloze/tokenizer';

/** Seconds spent in each part. */
export interface EncodeTimes {
  tokenize: number;
  segment: number;
}

/** Texts encoded at once: their offsets, the most of what an encoding takes, are let go before the next. */
const textsAtOnce = 2048;

/**
 * Texts as encodings whose word numbers are jieba's, `##` pieces joined to their word.
 *
 * @param options.times added to, for benchmarks
 */
export async function encodeWithWords(
  tokenizer: NativeTokenizer,
  texts: readonly string[],
  { times = { tokenize: 0, segment: 0 } }: { readonly times?: EncodeTimes } = {},
): Promise<Encoding[]> {
  // Asked once an id: every question crosses into native code.
  const known = new Map<number, 0 | 1>();
  const continues = (id: number): 0 | 1 => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const answer = tokenizer.tokenOf(id)?.startsWith('##') ? 1 : 0;
    known.set(id, answer);
    return answer;
  };
  const worded: Encoding[] = [];
  for (let from = 0; from < texts.length; from += textsAtOnce) {
    // A lone surrogate becomes U+FFFD for both, so that their places agree.
    const sound = texts.slice(from, from + textsAtOnce).map((text) => Buffer.from(text, 'utf8').toString('utf8'));
    const start = performance.now();
    const encodings = await tokenizer.encodeBatch(sound);
    const middle = performance.now();
    for (const [i, { ids, segments, special, offsets }] of encodings.entries()) {
      const wordNumbers = wordNumbersFromBoundaries({
        starts: offsets.map(([from]) => from),
        ends: offsets.map(([, to]) => to),
        boundaries: wordBoundaries(sound[i] as string),
        special,
        continues: ids.map(continues),
      });
      worded.push({ ids, segments, special, wordNumbers });
    }
    times.tokenize += (middle - start) / 1000;
    times.segment += (performance.now() - middle) / 1000;
  }
  return worded;
}
