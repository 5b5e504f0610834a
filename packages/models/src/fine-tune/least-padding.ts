import { lengthBuckets } from '../model/shape-buckets.ts';

/** How many lengths pay: each is traced once, which costs seconds at its first step. Of many rows the padding costs more than the traces. */
const lengthsFor = (rows: number): number => (rows < 4096 ? 3 : 5);

/**
 * The few lengths, rising, to which rows are padded with the least padding; the longest row's is the last.
 *
 * Each holds a batch or more: rows of a bucket that fills none go to the next longer one, and those of the last would never be learnt from.
 *
 * @param lengths tokens of each row @param batchSize rows of a batch
 */
export function leastPadding(lengths: readonly number[], batchSize: number): readonly number[] {
  const offered = lengthBuckets(lengths.reduce((most, length) => Math.max(most, length), 0));
  /** For each length the cheapest choice that ends with it: how many rows it holds, and their tokens with the padding. */
  let choices = offered.map((length) => {
    const rows = lengths.reduce((count, own) => count + Number(own <= length), 0);
    return { length, rows, buckets: [length], tokens: length * rows };
  });
  for (let more = 1; more < lengthsFor(lengths.length); more++)
    choices = choices.map((one, i, all) => {
      let least = one;
      for (const shorter of all.slice(0, i)) {
        const own = one.rows - shorter.rows;
        const tokens = shorter.tokens + one.length * own;
        if (shorter.rows >= batchSize && own >= batchSize && tokens < least.tokens)
          least = { ...one, buckets: [...shorter.buckets, one.length], tokens };
      }
      return least;
    });
  return choices.at(-1)?.buckets ?? [];
}
