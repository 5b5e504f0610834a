import type { NativeEncoding, NativeHandle } from './binding.ts';

/** A text is looked at whole up to so many times the tokens that are kept, in UTF-16 units; a token of a text is rarely over ten. */
const unitsAToken = 64;
const leastWindow = 1 << 16;

/** A part of a long text, and how many tokens stand in the rest of it. */
export interface LongEncoding {
  readonly encoding: NativeEncoding;
  readonly part: string;
  /** Where the part begins in the text. */
  readonly start: number;
  readonly elsewhere: number;
}

/** Between two of these no token stands, whatever the tokenizer: white space begins a word, Han characters and their marks stand alone or near it. */
const border = /\s|[\u3001-\u3003\u3400-\u9fff\uff01\uff0c\uff1b\uff1f]/;

/** The first place from `at` on where a text may be parted. */
function borderFrom(text: string, at: number): number {
  for (let i = at; i < text.length; i++) if (border.test(text[i] as string)) return i;
  return text.length;
}

/** Units of a window for a longest encoding. */
export const windowFor = (maximumLength: number): number => Math.max(leastWindow, unitsAToken * maximumLength);

/**
 * Encodes a text that is far longer than what is kept of it, a window at a time: memory holds the encoding of one window, of 20 MB that is a
 * hundredth. The window at the end that is kept is made longer until it has more tokens than are kept; of the others tokens are counted.
 *
 * @param window units at once @param side which end is cut
 */
export async function encodeLong(
  handle: NativeHandle,
  text: string,
  {
    maximumLength,
    window,
    side,
  }: { readonly maximumLength: number; readonly window: number; readonly side: 'right' | 'left' },
): Promise<LongEncoding> {
  const encode = async (part: string) => (await handle.encodeBatch([part]))[0] as NativeEncoding;
  let size = window;
  for (;;) {
    const isWhole = size >= text.length;
    const end = side === 'right' ? borderFrom(text, size) : text.length;
    const start = side === 'right' || isWhole ? 0 : borderFrom(text, text.length - size);
    const part = text.slice(start, end);
    const encoding = await encode(part);
    const ids = encoding.getIds();
    if (ids.length <= maximumLength + 16 && part.length < text.length) {
      size *= 2;
      continue;
    }
    const around = encoding.getSpecialTokensMask().reduce((sum, one) => sum + one, 0);
    let elsewhere = 0;
    const [from, to] = side === 'right' ? [end, text.length] : [0, start];
    for (let at = from; at < to; ) {
      const next = Math.min(to, borderFrom(text, at + window));
      elsewhere += (await encode(text.slice(at, next))).getIds().length - around;
      at = next;
    }
    return { encoding, part, start, elsewhere };
  }
}
