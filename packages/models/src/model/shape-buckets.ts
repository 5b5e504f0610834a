/** The least power of two that is at least `count`: rows and slots come in few sizes, so that few shapes are traced. */
export const roundUp = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)));

/**
 * Lengths that rows are padded to, rising, up to the longest that a model reads: from 8 on, four (or `perDoubling`) to each doubling, so that
 * at most a fifth of a row is padding (with two, a third).
 *
 * Each length that occurs is traced once, which costs as much as some rows: training, whose steps cost more to trace, asks for two.
 */
export function lengthBuckets(longest: number, perDoubling: 2 | 4 = 4): readonly number[] {
  const lengths: number[] = [];
  for (let size = 8; size < longest; size *= 2)
    for (let part = 0; part < perDoubling; part++) lengths.push(size + (size * part) / perDoubling);
  return [...lengths.filter((length) => length < longest), longest];
}
