/** How ids lie in a shard: 16 bits where the vocabulary allows, else 20 (2½ bytes). */
export type IdBits = 16 | 20;

/** Bits an id takes of a vocabulary. @throws {RangeError} for one of more than 2²⁰ tokens */
export function idBitsFor(vocabularySize: number): IdBits {
  if (vocabularySize <= 65_536) return 16;
  if (vocabularySize <= 1 << 20) return 20;
  throw new RangeError(`a corpus takes vocabularies of at most ${1 << 20} tokens, got ${vocabularySize}.`);
}

/** Bytes of `count` ids that begin at id `from` of the shard: where they begin, and how many. */
export const idRange = (from: number, count: number, bits: IdBits): readonly [at: number, bytes: number] => {
  const begin = Math.floor((from * bits) / 8);
  return [begin, Math.ceil(((from + count) * bits) / 8) - begin];
};

/** Ids as bytes, little endian; of 20-bit ids two lie in five bytes. */
export function packIds(ids: ArrayLike<number>, bits: IdBits): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((ids.length * bits) / 8));
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (bits === 16) {
      bytes[2 * i] = id & 255;
      bytes[2 * i + 1] = id >> 8;
      continue;
    }
    const offset = (i >> 1) * 5 + (i & 1) * 2;
    if (i & 1) {
      bytes[offset] = (bytes[offset] as number) | ((id & 15) << 4);
      bytes[offset + 1] = (id >> 4) & 255;
      bytes[offset + 2] = id >> 12;
    } else {
      bytes[offset] = id & 255;
      bytes[offset + 1] = (id >> 8) & 255;
      bytes[offset + 2] = id >> 16;
    }
  }
  return bytes;
}

/** Ids `from..from + count` of a shard out of the bytes that `idRange` names. */
export function unpackIds(bytes: Uint8Array, from: number, count: number, bits: IdBits): Int32Array {
  const ids = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    if (bits === 16) {
      ids[i] = (bytes[2 * i] as number) | ((bytes[2 * i + 1] as number) << 8);
      continue;
    }
    const bit = (from + i) * 20 - Math.floor((from * 20) / 8) * 8;
    const offset = bit >> 3;
    const three =
      (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8) | ((bytes[offset + 2] as number) << 16);
    ids[i] = bit & 7 ? (three >> 4) & 0xfffff : three & 0xfffff;
  }
  return ids;
}
