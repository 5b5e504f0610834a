import { wordNumbersFromBoundaries } from '@cloze/masking';
import {
  type NativeTokenizer,
  nativeTokenizer,
  type PlacedEncoding,
  padEncodings,
  type TokenBatch,
  tokenizerJson,
  trainVocabulary,
  type Vocabulary,
} from '@cloze/tokenizer';

/** Tokens of a vocabulary at most: small texts give whole words, Chinese ones their characters. */
const mostTokens = 4000;

/** A vocabulary of a text's own, and its tokenizer. */
export interface OwnTokenizer {
  readonly vocabulary: Vocabulary;
  readonly tokenizer: NativeTokenizer;
}

/** Learns a vocabulary from lines. @throws {RangeError} where they hold nothing to learn from */
export function tokenizerFor(lines: readonly string[]): OwnTokenizer {
  const vocabulary = trainVocabulary(lines, { size: mostTokens, minimum: 1 });
  return { vocabulary, tokenizer: nativeTokenizer(tokenizerJson(vocabulary)) };
}

/** Word boundaries by the browser's own segmenter, which knows Chinese words; undefined where there is none. */
function boundariesIn(): ((text: string) => readonly (readonly [number, number])[]) | undefined {
  if (typeof Intl.Segmenter !== 'function') return undefined;
  const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
  return (text) =>
    Array.from(segmenter.segment(text), ({ index, segment }) => [index, index + segment.length] as const);
}

/** Lines as rows of tokens. */
export interface EncodedLines {
  readonly lines: readonly string[];
  readonly encodings: readonly PlacedEncoding[];
  /** `[lines, length]` */
  readonly batch: TokenBatch;
}

/** Encodes lines; words are those of `Intl.Segmenter`, or the tokenizer's where a browser has none. @param buckets lengths that rows may have */
export async function encodeLines(
  lines: readonly string[],
  tokenizer: NativeTokenizer,
  padId: number,
  buckets?: readonly number[],
): Promise<EncodedLines> {
  const boundaries = boundariesIn();
  const encodings = (await tokenizer.encodeBatch(lines)).map((encoding, i) => {
    const { ids, segments, special, offsets, written } = encoding;
    const wordNumbers = boundaries
      ? wordNumbersFromBoundaries({
          starts: offsets.map(([start]) => start),
          ends: offsets.map(([, end]) => end),
          boundaries: boundaries(lines[i] as string),
          special,
        })
      : encoding.wordNumbers;
    return { ids, segments, special, offsets, wordNumbers, ...(written && { written }) };
  });
  return { lines, encodings, batch: padEncodings(encodings, { padId, ...(buckets && { buckets }) }) };
}

/** Ids that occur in rows: pieces that were only made on the way to a word are no tokens to put in another's place. */
export function occurringIds({ ids, maskable }: Pick<TokenBatch, 'ids' | 'maskable'>): Int32Array {
  return Int32Array.from(new Set(ids.filter((_, place) => maskable[place]))).sort();
}
