import { bucketedBatches } from '@cloze/datasets';
import { streamFrom } from '@cloze/random';
import { expect, it } from 'vitest';
import { lengthBuckets } from '../model/shape-buckets.ts';
import { leastPadding } from './least-padding.ts';

/** Mostly short rows, some long ones. */
const drawn = (rows: number, longest: number, seed = 1) => {
  const random = streamFrom(seed);
  return Array.from({ length: rows }, () => 4 + Math.floor((longest - 3) * random.next() ** 6));
};
const paddedTo = (lengths: readonly number[], buckets: readonly number[]) =>
  lengths.reduce((sum, length) => sum + (buckets.find((bucket) => bucket >= length) ?? Number.NaN), 0);

/** Every choice of at most so many of the lengths, the last among them. */
function* choicesOf(offered: readonly number[], most: number): Generator<readonly number[]> {
  const last = offered.at(-1) as number;
  function* of(from: number, left: number): Generator<readonly number[]> {
    yield [last];
    for (let i = from; left > 1 && i < offered.length - 1; i++)
      for (const rest of of(i + 1, left - 1)) yield [offered[i] as number, ...rest];
  }
  yield* of(0, most);
}

it.each([
  [1000, 3, 128, 16],
  [1000, 3, 40, 64],
  [5000, 5, 48, 32],
  [70, 3, 128, 32],
])('of %i rows no other choice of %i lengths that hold a batch each pads less', (rows, most, longest, batchSize) => {
  const lengths = drawn(rows, longest);
  const found = leastPadding(lengths, batchSize);
  const longestRow = Math.max(...lengths);
  let least = Number.POSITIVE_INFINITY;
  for (const buckets of choicesOf(lengthBuckets(longestRow), most)) {
    const held = buckets.map(
      (bucket, i) => lengths.filter((own) => own <= bucket && own > (buckets[i - 1] ?? 0)).length,
    );
    if (buckets.length === 1 || held.every((count) => count >= batchSize))
      least = Math.min(least, paddedTo(lengths, buckets));
  }
  expect(found.length).toBeLessThanOrEqual(most);
  expect(found.at(-1)).toBe(longestRow);
  expect(paddedTo(lengths, found)).toBe(least);
});

it('the longest rows are learnt from, though they are fewer than a batch', () => {
  const lengths = [...drawn(300, 20), 128, 128, 127];
  const buckets = leastPadding(lengths, 32);
  const seen = new Set<number>();
  for (let epoch = 0; epoch < 40; epoch++)
    for (const { rows } of bucketedBatches(lengths, { rows: 32, buckets, random: streamFrom(2).fork(epoch) }))
      for (const row of rows) seen.add(row);
  expect(seen.size).toBe(lengths.length);
});

it('fewer rows than a batch, and rows of one length, have one', () => {
  expect(leastPadding([5, 9, 30], 8)).toEqual([30]);
  expect(leastPadding(new Array(100).fill(17), 8)).toEqual([17]);
});
