import { checkList, checkOptions, checkText, oneOf, type Rules } from '@cloze/checks';
import { binding } from '#machine';
import type { NativeEncoding, NativeHandle } from './binding.ts';
import type { CutOptions } from './encode.ts';
import { encodeLong, windowFor } from './encode-long.ts';
import type { PartedText } from './jieba-text.ts';
import { type PlacedEncoding, placeEncoding } from './place-encoding.ts';
import { soundText } from './sound-text.ts';
import { cutRules } from './truncated-lengths.ts';
import { type WrittenTokens, writtenTokens } from './written-tokens.ts';

/** Any tokenizer of Hugging Face's format, in native code. */
export interface NativeTokenizer {
  /** @throws {TypeError} naming what is no text or pair @throws {RangeError} for a lone surrogate, or where cutting leaves too little */
  encodeBatch(texts: readonly (string | readonly [string, string])[]): Promise<PlacedEncoding[]>;
  /** Ids as text; special tokens are left out. @throws {RangeError} for an id that is no token's */
  decode(ids: readonly number[]): Promise<string>;
  /** The id of a token, or undefined. */
  idOf(token: string): number | undefined;
  /** The token of an id, or undefined. */
  tokenOf(id: number): string | undefined;
  /** Number of ids. */
  readonly size: number;
  /** Ids of special tokens that a text may spell, without the unknown word's; none when opened with `specialInText: 'ordinary'`. */
  readonly specialIds: ReadonlySet<number>;
}

/** How a tokenizer is opened. */
export interface NativeOptions extends CutOptions {
  /** What to do with a lone surrogate: default `error`; `replace` puts U+FFFD. */
  readonly onInvalid?: 'error' | 'replace';
}

/**
 * Opens a `tokenizer.json` on the native Hugging Face tokenizers.
 *
 * The same ids as Python's `tokenizers`. A lone surrogate is no text: the binding drops it silently, here it is an error that names the
 * text, or is replaced by U+FFFD. Special tokens that a text spells are those tokens, marked in `written`.
 *
 * @param json the file's content
 * @throws {Error} for a file the binding cannot read
 * @throws {RangeError} for a truncation or side that there is not; from `encodeBatch` for a lone surrogate, a maximumLength without room for
 * special tokens, or a truncation that may not cut enough
 * @throws {TypeError} from `encodeBatch`, naming what is no text or pair of texts
 */
export function nativeTokenizer(json: string, options: NativeOptions = {}): NativeTokenizer {
  return nativeOver(json, options, {});
}

/** What is known of a tokenizer besides its file. */
export interface NativeExtras {
  /** One more than the largest id, where ids have holes; default the number of tokens. */
  readonly ids?: number;
  /** Parts a text into words before the native code sees it. */
  readonly part?: (text: string) => PartedText;
}

/** Encodings of a text that was parted before, with places in the text as it was. */
function inOriginal(encoding: PlacedEncoding, parted: readonly PartedText[]): PlacedEncoding {
  let offsets: PlacedEncoding['offsets'] | undefined;
  return {
    ...{ ids: encoding.ids, segments: encoding.segments, special: encoding.special, wordNumbers: encoding.wordNumbers },
    ...(encoding.written && { written: encoding.written }),
    ...(encoding.cut && { cut: encoding.cut }),
    get offsets() {
      offsets ??= encoding.offsets.map(([start, end], i) => {
        const { from, to } = parted[encoding.segments[i] === 1 && parted.length > 1 ? 1 : 0] as PartedText;
        return start === end ? ([0, 0] as const) : ([from[start] as number, to[end - 1] as number] as const);
      });
      return offsets;
    },
  };
}

/** What the options of a native tokenizer must be. */
export const nativeRules: Rules<NativeOptions> = { ...cutRules, onInvalid: oneOf(['error', 'replace']) };

/** A native tokenizer of which more is known than its file says. */
export function nativeOver(json: string, options: NativeOptions, { ids, part }: NativeExtras): NativeTokenizer {
  checkOptions('nativeTokenizer', options, nativeRules);
  const { onInvalid = 'error', maximumLength, truncation, truncationSide, specialInText = 'apart' } = options;
  checkText('nativeTokenizer: the content of tokenizer.json', json);
  const { Tokenizer } = binding();
  let tokenizer: NativeHandle;
  try {
    tokenizer = Tokenizer.fromString(json);
  } catch (error) {
    throw new Error(
      `nativeTokenizer: this is not a tokenizer.json that tokenizers 0.23 reads: ${error instanceof Error ? error.message : error}.`,
    );
  }
  const size = Math.max(ids ?? 0, tokenizer.getVocabSize());
  const sound = (text: string, index: number) => soundText(text, `encodeBatch: text ${index}`, onInvalid);
  // Read at first need: a file may hold millions of bytes.
  let found: WrittenTokens | undefined;
  const written = () => (found ??= writtenTokens(json));
  const inputOf = (text: unknown, index: number): string | readonly [string, string] => {
    if (!Array.isArray(text)) {
      checkText(`encodeBatch: text ${index}`, text);
      return sound(text, index);
    }
    if (text.length !== 2)
      throw new TypeError(
        `encodeBatch: text ${index} is a list of ${text.length}, expected a text or a pair of texts.`,
      );
    const [first, second]: readonly unknown[] = text;
    checkText(`encodeBatch: the first of pair ${index}`, first);
    checkText(`encodeBatch: the second of pair ${index}`, second);
    return [sound(first, index), sound(second, index)];
  };
  return {
    size,
    get specialIds() {
      return specialInText === 'apart' ? written().ids : new Set<number>();
    },
    decode: async (ids) => {
      // The binding leaves unknown ids out without a word.
      const unknown = ids.findIndex((id) => tokenizer.idToToken(id) === null);
      if (unknown >= 0)
        throw new RangeError(`decode: id ${ids[unknown]} at place ${unknown} is not one of the ${size} tokens.`);
      return tokenizer.decode([...ids], true);
    },
    idOf: (token) => tokenizer.tokenToId(token) ?? undefined,
    // A blank line of vocab.txt has an id and is no token.
    tokenOf: (id) => tokenizer.idToToken(id) || undefined,
    encodeBatch: async (texts) => {
      checkList('encodeBatch', texts);
      const given = texts.map(inputOf);
      const parted = part ? given.map((text) => (typeof text === 'string' ? [part(text)] : text.map(part))) : [];
      const inputs = given.map((text, i) => {
        const [first, second] = parted[i] ?? [];
        if (!first) return text;
        return second ? ([first.text, second.text] as const) : first.text;
      });
      const marks = specialInText === 'apart' ? written() : undefined;
      const placingOf = (i: number) => ({
        ...{ where: `encodeBatch: text ${i}`, maximumLength, truncation, side: truncationSide, written: marks },
      });
      const inPlace = (placed: PlacedEncoding, i: number) => {
        const whole = parted[i];
        return whole ? inOriginal(placed, whole) : placed;
      };
      const one = async (input: string | readonly [string, string]) =>
        typeof input === 'string'
          ? ((await tokenizer.encodeBatch([input]))[0] as NativeEncoding)
          : tokenizer.encode(input[0], input[1]);
      const place = (encoding: NativeEncoding, i: number) => {
        const input = inputs[i] as string | readonly [string, string];
        return inPlace(placeEncoding(encoding, typeof input === 'string' ? [input] : input, placingOf(i)), i);
      };
      // A text far longer than what is kept of it is encoded a window at a time, so that memory does not hold the tokens that are cut.
      const window = windowFor(maximumLength ?? 0);
      const isLong = (input: string | readonly [string, string]): input is string =>
        maximumLength !== undefined && typeof input === 'string' && input.length > 4 * window;
      if (inputs.some(isLong)) {
        const found: PlacedEncoding[] = [];
        for (const [i, input] of inputs.entries()) {
          if (!isLong(input)) {
            found.push(place(await one(input), i));
            continue;
          }
          const side = truncationSide ?? 'right';
          const long = await encodeLong(tokenizer, input, { maximumLength: maximumLength ?? 0, window, side });
          const { encoding, part: own, start, elsewhere } = long;
          found.push(inPlace(placeEncoding(encoding, [own], { ...placingOf(i), start, elsewhere }), i));
        }
        return found;
      }
      // The binding's encodeBatch takes no pairs (0.23.2), its encode does.
      const single = inputs.every((input) => typeof input === 'string');
      const encodings = single ? await tokenizer.encodeBatch(inputs as string[]) : await Promise.all(inputs.map(one));
      return encodings.map(place);
    },
  };
}
