import type { PlacedEncoding } from '@cloze/tokenizer';

/** Some tokens of an encoding, in the order of their places. @param cut what is told of tokens left out; default what the encoding tells */
export function selectTokens(
  encoding: PlacedEncoding,
  places: readonly number[],
  cut: PlacedEncoding['cut'] = encoding.cut,
): PlacedEncoding {
  const { ids, segments, special, wordNumbers, written, offsets } = encoding;
  return {
    ids: Int32Array.from(places, (i) => ids[i] as number),
    segments: Int32Array.from(places, (i) => segments[i] as number),
    special: Uint8Array.from(places, (i) => special[i] as number),
    wordNumbers: Int32Array.from(places, (i) => wordNumbers[i] as number),
    offsets: places.map((i) => offsets[i] as readonly [number, number]),
    ...(written && { written: Uint8Array.from(places, (i) => written[i] as number) }),
    ...(cut && { cut }),
  };
}
