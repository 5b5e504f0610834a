/** Vectors of one width, `[count][width]`. */
export type Vectors = readonly ArrayLike<number>[];

/** Width of the vectors. @throws {RangeError} for too few of them, or one of another width */
export function widthOf(where: string, vectors: Vectors, least = 1): number {
  if (vectors.length < least)
    throw new RangeError(`${where}: expected at least ${least} vectors, got ${vectors.length}.`);
  const width = (vectors[0] as ArrayLike<number>).length;
  const odd = vectors.findIndex(({ length }) => length !== width);
  if (odd >= 0 || width === 0)
    throw new RangeError(
      `${where}: expected vectors of one width from 1; vector 0 has ${width} numbers, vector ${Math.max(0, odd)} ${vectors[Math.max(0, odd)]?.length}.`,
    );
  return width;
}
