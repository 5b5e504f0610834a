/** The least power of two that is at least `count`: rows and slots come in few sizes, so that few shapes are traced. */
export const roundUp = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)));

/**
 * Lengths that rows are padded to, rising, up to the longest that a model reads: from 8 on, so many to each doubling that at most a fifth of a
 * row is padding (of two to a doubling a third, of sixteen a seventeenth).
 *
 * Each length that occurs is traced once, which costs as much as some rows: training, whose steps cost more to trace, asks for two to a
 * doubling; `perDoublingFor` says what pays for rows that are only read.
 */
export function lengthBuckets(longest: number, perDoubling: 2 | 4 | 16 = 4): readonly number[] {
  const lengths: number[] = [];
  for (let size = 8; size < longest; size *= 2)
    for (let part = 0; part < perDoubling; part++) lengths.push(Math.ceil(size + (size * part) / perDoubling));
  return [...new Set(lengths.filter((length) => length < longest)), longest];
}

/** Rows of which many share a length, so that more lengths pay: a trace of BERT-base costs what 140 tokens cost. */
const many = 512;

/** Lengths to a doubling that pay for so many rows. */
export const perDoublingFor = (rows: number): 4 | 16 => (rows < many ? 4 : 16);
