import { anything, callable, checkOptions, checkTexts } from '@cloze/checks';
import { wordNumbersFromBoundaries } from '@cloze/masking';
import { type Encoding, type NativeTokenizer, wordBoundaries } from '@cloze/tokenizer';
import { wellFormed } from './well-formed.ts';

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
 * A lone surrogate becomes U+FFFD. @param options.times added to, by the clock `now` in milliseconds, for benchmarks
 */
export async function encodeWithWords(
  tokenizer: NativeTokenizer,
  texts: readonly string[],
  options: { readonly times?: EncodeTimes; readonly now?: () => number } = {},
): Promise<Encoding[]> {
  checkOptions('encodeWithWords', options, { times: anything, now: callable });
  const { times = { tokenize: 0, segment: 0 }, now = () => 0 } = options;

  checkTexts('encodeWithWords', texts);
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
    // Lone surrogates go for both, so that their places agree.
    const sound = texts.slice(from, from + textsAtOnce).map(wellFormed);
    const start = now();
    const encodings = await tokenizer.encodeBatch(sound);
    const middle = now();
    for (const [i, { ids, segments, special, offsets, written, cut }] of encodings.entries()) {
      const wordNumbers = wordNumbersFromBoundaries({
        starts: offsets.map(([from]) => from),
        ends: offsets.map(([, to]) => to),
        boundaries: wordBoundaries(sound[i] as string),
        // What a text spells of special tokens is no word, and no word goes over it.
        special: written ? special.map((around, place) => around || (written[place] as number)) : special,
        continues: ids.map(continues),
      });
      worded.push({ ids, segments, special, wordNumbers, ...(written && { written }), ...(cut && { cut }) });
    }
    times.tokenize += (middle - start) / 1000;
    times.segment += (now() - middle) / 1000;
  }
  return worded;
}
