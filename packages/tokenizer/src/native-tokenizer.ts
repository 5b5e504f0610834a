import { createRequire } from 'node:module';
import type { Encoding } from './encode.ts';

/** The part of the native binding that is called; its own declarations do not compile without `skipLibCheck`. */
interface NativeEncoding {
  getIds(): number[];
  getTypeIds(): number[];
  getSpecialTokensMask(): number[];
  getWordIds(): (number | null | undefined)[];
  getOffsets(): number[][];
  getSequenceIds(): (number | null | undefined)[];
}
interface Native {
  Tokenizer: {
    fromString(json: string): {
      encode(text: string, pair: string): Promise<NativeEncoding>;
      encodeBatch(texts: readonly string[]): Promise<NativeEncoding[]>;
      setTruncation(maximumLength: number, options: { strategy: string }): void;
      disableTruncation(): void;
      decode(ids: readonly number[], skipSpecialTokens: boolean): Promise<string>;
      tokenToId(token: string): number | null;
      idToToken(id: number): string | null;
      getVocabSize(): number;
    };
  };
}

/** An encoding with the place of every token in its text. */
export interface PlacedEncoding extends Encoding {
  /** UTF-16 units `[start, end)` of each token in its own text; `[0, 0]` for special tokens. `text.slice(start, end)` is the token's text. */
  readonly offsets: readonly (readonly [start: number, end: number])[];
}

/** Any tokenizer of Hugging Face's format, in native code. */
export interface NativeTokenizer {
  encodeBatch(texts: readonly (string | readonly [string, string])[]): Promise<PlacedEncoding[]>;
  /** Ids as text; special tokens are left out. */
  decode(ids: readonly number[]): Promise<string>;
  /** The id of a token, or undefined. */
  idOf(token: string): number | undefined;
  /** The token of an id, or undefined. */
  tokenOf(id: number): string | undefined;
  /** Number of ids. */
  readonly size: number;
}

/** How a tokenizer is opened. */
export interface NativeOptions {
  /** What to do with a lone surrogate: default `error`; `replace` puts U+FFFD. */
  readonly onInvalid?: 'error' | 'replace';
  /** Longest encoding, special tokens included; the longer text of a pair is cut first. Default: what the file says. */
  readonly maximumLength?: number;
}

/** Where each code point begins in UTF-16: the binding counts code points, JavaScript strings do not. */
function codePointStarts(text: string): Int32Array {
  const starts: number[] = [];
  let at = 0;
  for (const character of text) {
    starts.push(at);
    at += character.length;
  }
  starts.push(at);
  return Int32Array.from(starts);
}

/** The UTF-16 places of an encoding's tokens in their texts. */
function placesOf(
  encoding: NativeEncoding,
  texts: readonly string[],
  { special, sequences }: { readonly special: Uint8Array; readonly sequences: readonly (number | null | undefined)[] },
): PlacedEncoding['offsets'] {
  const starts = texts.map(codePointStarts);
  return encoding.getOffsets().map(([start = 0, end = 0], at) => {
    const places = special[at] ? undefined : starts[sequences[at] ?? 0];
    return places ? ([places[start] as number, places[end] as number] as const) : ([0, 0] as const);
  });
}

/**
 * Opens a `tokenizer.json` on the native Hugging Face tokenizers.
 *
 * A lone surrogate is no text: the binding drops it silently, here it is an error that names the text, or is replaced by U+FFFD.
 *
 * @param json the file's content
 * @throws {Error} for a file the binding cannot read
 * @throws {RangeError} from `encodeBatch` for a lone surrogate
 */
export function nativeTokenizer(
  json: string,
  { onInvalid = 'error', maximumLength }: NativeOptions = {},
): NativeTokenizer {
  const { Tokenizer } = createRequire(import.meta.url)('tokenizers') as Native;
  const tokenizer = Tokenizer.fromString(json);
  if (maximumLength !== undefined) tokenizer.setTruncation(maximumLength, { strategy: 'LongestFirst' });
  const sound = (text: string, index: number): string => {
    const repaired = Buffer.from(text, 'utf8').toString('utf8');
    if (repaired === text) return text;
    if (onInvalid === 'replace') return repaired;
    throw new RangeError(
      `encodeBatch: text ${index} holds a lone surrogate; repair the text, or open the tokenizer with onInvalid: 'replace'.`,
    );
  };
  return {
    size: tokenizer.getVocabSize(),
    decode: (ids) => tokenizer.decode([...ids], true),
    idOf: (token) => tokenizer.tokenToId(token) ?? undefined,
    tokenOf: (id) => tokenizer.idToToken(id) ?? undefined,
    encodeBatch: async (texts) => {
      const inputs = texts.map((text, i) =>
        typeof text === 'string' ? sound(text, i) : ([sound(text[0], i), sound(text[1], i)] as const),
      );
      // The binding's encodeBatch takes no pairs (0.23.2), its encode does.
      const single = inputs.every((input) => typeof input === 'string');
      const encodings = single
        ? await tokenizer.encodeBatch(inputs as string[])
        : await Promise.all(
            inputs.map(async (input) =>
              typeof input === 'string'
                ? ((await tokenizer.encodeBatch([input]))[0] as NativeEncoding)
                : tokenizer.encode(input[0], input[1]),
            ),
          );
      return encodings.map((encoding, i) => {
        const input = inputs[i] as string | readonly [string, string];
        const sequences = typeof input === 'string' ? [] : encoding.getSequenceIds();
        const special = new Uint8Array(encoding.getSpecialTokensMask());
        const numbers = encoding.getWordIds();
        const words = new Int32Array(numbers.length).fill(-1);
        let base = 0;
        let last = -1;
        for (let at = 0; at < numbers.length; at++) {
          const word = numbers[at];
          if (special[at] || word === null || word === undefined) continue;
          // The binding numbers the words of the second text from zero again.
          if (sequences[at] === 1 && sequences[at - 2] !== 1 && sequences[at - 1] !== 1) base = last + 1;
          last = base + word;
          words[at] = last;
        }
        let offsets: PlacedEncoding['offsets'] | undefined;
        return {
          ids: new Int32Array(encoding.getIds()),
          segments: new Int32Array(encoding.getTypeIds()),
          special,
          words,
          // Half the cost of an encoding, and masking tokens needs none of it: made when asked for.
          get offsets() {
            offsets ??= placesOf(encoding, typeof input === 'string' ? [input] : input, { special, sequences });
            return offsets;
          },
        };
      });
    },
  };
}
