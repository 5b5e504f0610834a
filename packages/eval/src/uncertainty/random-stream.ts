/** Uniform numbers in [0, 1): `streamFrom` of @cloze/random, or anything alike. */
export interface RandomStream {
  next(): number;
}
