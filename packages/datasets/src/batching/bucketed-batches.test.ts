import { streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';
import { bucketedBatches } from './bucketed-batches.ts';

describe('bucketedBatches', () => {
  const lengths = Array.from({ length: 103 }, (_, i) => 5 + ((i * 7) % 40));
  const buckets = [16, 32, 48];
  const of = (seed: number) => bucketedBatches(lengths, { rows: 8, buckets, random: streamFrom(seed) });

  it('every batch is full and holds rows that fit; no row stands twice; few are left', () => {
    const batches = of(1);
    const rows = batches.flatMap((batch) => [...batch.rows]);
    expect(batches.length).toBe(Math.floor(103 / 8));
    expect(new Set(rows).size).toBe(rows.length);
    for (const { rows: chosen, length } of batches) {
      expect(chosen.length).toBe(8);
      expect(buckets).toContain(length);
      for (const i of chosen) expect(lengths[i]).toBeLessThanOrEqual(length);
    }
  });
  it('most short rows are padded to short lengths, and every epoch has as many batches in another order', () => {
    const padding = (batches: ReturnType<typeof of>) =>
      batches.reduce(
        (sum, { rows, length }) => sum + [...rows].reduce((n, i) => n + length - (lengths[i] as number), 0),
        0,
      );
    expect(padding(of(1))).toBeLessThan(0.5 * (48 * 96 - lengths.reduce((a, b) => a + b)));
    expect(of(2).length).toBe(of(1).length);
    expect(of(2)).not.toEqual(of(1));
    expect(of(1)).toEqual(of(1));
  });
  it('300,000 rows take linear time', () => {
    const many = Int32Array.from({ length: 300_000 }, (_, i) => 5 + (i % 40));
    expect(bucketedBatches(many, { rows: 8, buckets, random: streamFrom(1) }).length).toBe(37_500);
  });
  it('fewer examples than a batch are repeated, none is an error', () => {
    const [batch, ...others] = bucketedBatches([3, 20], { rows: 5, buckets, random: streamFrom(1) });
    expect(others).toEqual([]);
    expect([batch?.rows.length, new Set(batch?.rows).size, batch?.length]).toEqual([5, 2, 32]);
    expect(() => bucketedBatches([], { rows: 5, buckets, random: streamFrom(1) })).toThrow('got none');
  });
  it.each([
    [[], 'buckets must have at least 1, got 0'],
    [[5.5], 'must be a whole number from 1'],
    [[Number.NaN], 'must be a whole number from 1'],
    [[32, 16], 'buckets must ascend, got 32, 16.'],
    [[16, 16], 'buckets must ascend, got 16, 16.'],
    [[16], 'example 1 has 20 tokens, the largest bucket 16.'],
  ])('buckets %j are refused', (wrong, message) => {
    expect(() => bucketedBatches([3, 20], { rows: 5, buckets: wrong, random: streamFrom(1) })).toThrow(message);
  });
});
