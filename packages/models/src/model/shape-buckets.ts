/** The least power of two that is at least `count`: rows and slots come in few sizes, so that few shapes are traced. */
export const roundUp = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)));

/**
 * Lengths that rows are padded to, rising, up to the longest that a model reads: powers of two and what lies half-way between, so that at
 * most a third of a row is padding.
 */
export function lengthBuckets(longest: number): readonly number[] {
  const lengths: number[] = [];
  for (let size = 8; size < longest; size *= 2) lengths.push(size, size + size / 2);
  return [...lengths.filter((length) => length < longest), longest];
}
