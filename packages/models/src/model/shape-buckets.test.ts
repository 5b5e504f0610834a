import { expect, it } from 'vitest';
import { lengthBuckets, roundUp } from './shape-buckets.ts';

it('rows are rounded up to a power of two', () => {
  expect([1, 2, 3, 4, 5, 31, 32, 33].map(roundUp)).toEqual([1, 2, 4, 4, 8, 32, 32, 64]);
});

it.each([1, 7, 8, 9, 12, 32, 511, 512, 514])('lengths up to %i: every length fits, little is padding', (longest) => {
  for (const [perDoubling, most] of [
    [4, 1 / 5],
    [2, 1 / 3],
    [16, 1 / 9],
  ] as const) {
    const buckets = lengthBuckets(longest, perDoubling);
    expect(buckets.at(-1)).toBe(longest);
    expect([...buckets].sort((a, b) => a - b)).toEqual([...new Set(buckets)]);
    for (let length = 8; length <= longest; length++) {
      const bucket = buckets.find((size) => size >= length) as number;
      expect((bucket - length) / bucket).toBeLessThan(most);
    }
  }
});
