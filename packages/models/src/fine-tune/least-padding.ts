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
  const fitting = offered.map((length) => lengths.reduce((rows, own) => rows + Number(own <= length), 0));
  const rowsTo = (place: number) => fitting[place] as number;
  /** Of the rows up to each length: the cheapest choice that ends with it, in tokens with their padding. */
  let choices = offered.map((length, i) => ({ buckets: [length], tokens: length * rowsTo(i) }));
  for (let more = 1; more < lengthsFor(lengths.length); more++)
    choices = offered.map((length, i) =>
      choices
        .slice(0, i)
        .flatMap(({ buckets, tokens }, shorter) =>
          rowsTo(shorter) >= batchSize && rowsTo(i) - rowsTo(shorter) >= batchSize
            ? [{ buckets: [...buckets, length], tokens: tokens + length * (rowsTo(i) - rowsTo(shorter)) }]
            : [],
        )
        .reduce(
          (least, choice) => (choice.tokens < least.tokens ? choice : least),
          choices[i] as (typeof choices)[number],
        ),
    );
  return choices.at(-1)?.buckets ?? [];
}
