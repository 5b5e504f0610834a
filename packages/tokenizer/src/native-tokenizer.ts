import { binding, type NativeEncoding, type NativeHandle } from './binding.ts';
import { type PlacedEncoding, placeEncoding } from './place-encoding.ts';
import { soundText } from './sound-text.ts';

/** Any tokenizer of Hugging Face's format, in native code. */
export interface NativeTokenizer {
  encodeBatch(texts: readonly (string | readonly [string, string])[]): Promise<PlacedEncoding[]>;
  /** Ids as text; special tokens are left out. @throws {RangeError} for an id that is no token's */
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

/**
 * Opens a `tokenizer.json` on the native Hugging Face tokenizers.
 *
 * The same ids as Python's `tokenizers`. A lone surrogate is no text: the binding drops it silently, here it is an error that names the
 * text, or is replaced by U+FFFD.
 *
 * @param json the file's content
 * @throws {Error} for a file the binding cannot read
 * @throws {RangeError} from `encodeBatch` for a lone surrogate, or a maximumLength without room for special tokens
 */
export function nativeTokenizer(
  json: string,
  { onInvalid = 'error', maximumLength }: NativeOptions = {},
): NativeTokenizer {
  const { Tokenizer } = binding();
  let tokenizer: NativeHandle;
  try {
    tokenizer = Tokenizer.fromString(json);
  } catch (error) {
    throw new Error(
      `nativeTokenizer: this is not a tokenizer.json that tokenizers 0.23 reads: ${error instanceof Error ? error.message : error}.`,
    );
  }
  const size = tokenizer.getVocabSize();
  const sound = (text: string, index: number) => soundText(text, `encodeBatch: text ${index}`, onInvalid);
  return {
    size,
    decode: async (ids) => {
      // The binding leaves unknown ids out without a word.
      const unknown = ids.findIndex((id) => tokenizer.idToToken(id) === null);
      if (unknown >= 0)
        throw new RangeError(`decode: id ${ids[unknown]} at place ${unknown} is not one of the ${size} tokens.`);
      return tokenizer.decode([...ids], true);
    },
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
        return placeEncoding(encoding, typeof input === 'string' ? [input] : input, maximumLength);
      });
    },
  };
}
