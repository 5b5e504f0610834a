import { shown } from '@cloze/checks';

/** Vectors of one width, `[count][width]`. */
export type Vectors = readonly ArrayLike<number>[];

/** Width of the vectors. @throws {RangeError} for too few of them, one of another width, or numbers that are not finite */
export function widthOf(where: string, vectors: Vectors, least = 1): number {
  if (vectors.length < least)
    throw new RangeError(`${where}: expected at least ${least} vectors, got ${vectors.length}.`);
  const missing = vectors.findIndex((vector) => typeof vector !== 'object' || vector === null || !('length' in vector));
  if (missing >= 0)
    throw new RangeError(`${where}: vector ${missing} is ${shown(vectors[missing])}, expected numbers.`);
  const width = (vectors[0] as ArrayLike<number>).length;
  const odd = vectors.findIndex(({ length }) => length !== width);
  if (odd >= 0 || width === 0)
    throw new RangeError(
      `${where}: expected vectors of one width from 1; vector 0 has ${width} numbers, vector ${Math.max(0, odd)} ${vectors[Math.max(0, odd)]?.length}.`,
    );
  for (const [number, vector] of vectors.entries())
    for (let i = 0; i < width; i++)
      if (!Number.isFinite(vector[i]))
        throw new RangeError(`${where}: vector ${number} has ${vector[i]} at ${i}; expected finite numbers.`);
  return width;
}
