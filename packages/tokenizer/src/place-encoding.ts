import type { NativeEncoding } from './binding.ts';
import type { Encoding } from './encode.ts';
import { type Truncation, truncatedLengths } from './truncated-lengths.ts';
import type { WrittenTokens } from './written-tokens.ts';

/** An encoding with the place of every token in its text. */
export interface PlacedEncoding extends Encoding {
  /** UTF-16 units `[start, end)` of each token in its own text; `[0, 0]` for special tokens. `text.slice(start, end)` is the token's text. */
  readonly offsets: readonly (readonly [start: number, end: number])[];
}

/** Where each code point begins in UTF-16: the binding counts code points, JavaScript strings do not. */
function codePointStarts(text: string): Int32Array {
  const starts: number[] = [];
  let unit = 0;
  for (const character of text) {
    starts.push(unit);
    unit += character.length;
  }
  starts.push(unit);
  return Int32Array.from(starts);
}

/** Words of one text's tokens, −1 for special ones. */
function wordsOf(given: readonly (number | undefined | null)[], special: readonly number[]): Int32Array {
  const words = new Int32Array(given.length);
  for (let place = 0; place < words.length; place++) words[place] = special[place] ? -1 : (given[place] ?? -1);
  return words;
}

/** The common case, one text that is not cut, without a list of places: it is most of what a corpus costs in JavaScript. */
function placeWhole(
  encoding: NativeEncoding,
  text: string,
  ids: readonly number[],
  written: WrittenTokens | undefined,
): PlacedEncoding {
  const special = encoding.getSpecialTokensMask();
  let offsets: PlacedEncoding['offsets'] | undefined;
  const offsetsNow = () => {
    if (offsets) return offsets;
    const starts = codePointStarts(text);
    offsets = encoding.getOffsets().map(([start = 0, end = 0], i) => {
      const place: readonly [number, number] = special[i] ? [0, 0] : [starts[start] as number, starts[end] as number];
      return place;
    });
    return offsets;
  };
  const marks = written?.mayStandIn(text)
    ? written.marksOf({ ids, special, textAt: (place) => text.slice(...(offsetsNow()[place] ?? [0, 0])) })
    : undefined;
  return {
    ids: new Int32Array(ids),
    segments: new Int32Array(encoding.getTypeIds()),
    special: new Uint8Array(special),
    wordNumbers: wordsOf(encoding.getWordIds(), special),
    ...(marks && { written: marks }),
    get offsets() {
      return offsetsNow();
    },
  };
}

/** How an encoding is placed. */
export interface Placing {
  /** Begins messages. */
  readonly where: string;
  readonly maximumLength?: number | undefined;
  readonly truncation?: Truncation | undefined;
  readonly side?: 'right' | 'left' | undefined;
  /** Tokens of the one text that stand in parts of it which this encoding does not cover; default 0. */
  readonly elsewhere?: number | undefined;
  /** Where the one text begins in the whole of which it is a part; default 0. */
  readonly start?: number | undefined;
  /** Special tokens that a text may spell; default they are not looked for. */
  readonly written?: WrittenTokens | undefined;
}

/**
 * A native encoding as typed arrays, cut to a length, with offsets in UTF-16.
 *
 * Cut here because the binding (0.23.2) gives the odd token of a pair to the other text than Python's.
 *
 * @param texts the text, or the two of a pair
 * @throws {RangeError} when maximumLength leaves no room for special tokens, or the one text that may be cut is too short
 */
export function placeEncoding(
  encoding: NativeEncoding,
  texts: readonly string[],
  {
    where,
    maximumLength = Number.POSITIVE_INFINITY,
    truncation = 'longest_first',
    side = 'right',
    elsewhere = 0,
    start: shift = 0,
    written,
  }: Placing,
): PlacedEncoding {
  const ids = encoding.getIds();
  const [text] = texts;
  if (texts.length === 1 && ids.length <= maximumLength && elsewhere === 0)
    return placeWhole(encoding, text as string, ids, written);
  const sequences = texts.length === 1 ? ids.map(() => 0) : encoding.getSequenceIds();
  const special = encoding.getSpecialTokensMask();
  const count = (sequence: 0 | 1) =>
    sequences.reduce((n: number, s, place) => n + (!special[place] && s === sequence ? 1 : 0), 0);
  const lengths = [count(0), count(1)] as const;
  const added = sequences.length - lengths[0] - lengths[1];
  if (maximumLength < added)
    throw new RangeError(`encodeBatch: maximumLength ${maximumLength} leaves no room for ${added} special tokens.`);
  const kept = truncatedLengths(...lengths, maximumLength - added, { truncation, where });
  const over = texts.map((_, sequence) => (lengths[sequence] as number) - (kept[sequence] as number));
  const cut = over.map((count) => count + elsewhere);
  // From the left as many are passed over as are cut.
  const seen = side === 'left' ? [-(over[0] ?? 0), -(over[1] ?? 0)] : [0, 0];
  const places = Array.from(sequences, (_, place) => place).filter((place) => {
    const sequence = sequences[place];
    if (special[place] || (sequence !== 0 && sequence !== 1)) return true;
    const nth = (seen[sequence] as number)++;
    return nth >= 0 && nth < kept[sequence];
  });
  const take = (values: readonly number[]) =>
    places.length === values.length
      ? new Int32Array(values)
      : Int32Array.from(places, (place) => values[place] as number);
  const words = encoding.getWordIds();
  // The binding numbers the words of the second text from zero again.
  const base =
    1 + places.reduce((last, place) => (sequences[place] === 0 && !special[place] ? (words[place] ?? last) : last), -1);
  const placesOf = (): PlacedEncoding['offsets'] => {
    const starts = texts.map(codePointStarts);
    const given = encoding.getOffsets();
    return places.map((place) => {
      const [start = 0, end = 0] = given[place] ?? [];
      const points = special[place] ? undefined : starts[sequences[place] ?? 0];
      return points
        ? ([(points[start] as number) + shift, (points[end] as number) + shift] as const)
        : ([0, 0] as const);
    });
  };
  let offsets: PlacedEncoding['offsets'] | undefined;
  const offsetsNow = () => (offsets ??= placesOf());
  const kinds = Uint8Array.from(places, (place) => special[place] as number);
  const own = take(ids);
  const marks = texts.some((one) => written?.mayStandIn(one))
    ? written?.marksOf({
        ids: own,
        special: kinds,
        textAt: (at) => {
          const [from, to] = offsetsNow()[at] ?? [0, 0];
          return (texts[sequences[places[at] as number] ?? 0] as string).slice(from - shift, to - shift);
        },
      })
    : undefined;
  return {
    ids: own,
    segments: take(encoding.getTypeIds()),
    special: kinds,
    wordNumbers: Int32Array.from(places, (place) => {
      const word = words[place];
      return special[place] || typeof word !== 'number' ? -1 : word + (sequences[place] === 1 ? base : 0);
    }),
    // Made when asked for: most readers never do, and it costs more than the rest.
    ...(marks && { written: marks }),
    ...(cut.some((count) => count > 0) && { cut }),
    get offsets() {
      return offsetsNow();
    },
  };
}
