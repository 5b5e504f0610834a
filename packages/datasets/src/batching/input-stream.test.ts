import { describe, expect, it } from 'vitest';
import { batchByLength } from './batch-by-length.ts';
import { prefetch } from './prefetch.ts';

async function* counting(count: number, seen: { made: number; closed: boolean }, failAt = -1): AsyncGenerator<number> {
  try {
    for (let i = 0; i < count; i++) {
      await Promise.resolve();
      if (i === failAt) throw new Error(`item ${i} is bad`);
      seen.made = i + 1;
      yield i;
    }
  } finally {
    seen.closed = true;
  }
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
};

describe('prefetch', () => {
  it('gives the same items in the same order', async () => {
    expect(await all(prefetch(counting(7, { made: 0, closed: false })))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(await all(prefetch(counting(0, { made: 0, closed: false }), { ahead: 3 }))).toEqual([]);
  });

  it('makes the next items while the caller works, and no more than asked', async () => {
    const seen = { made: 0, closed: false };
    for await (const item of prefetch(counting(20, seen), { ahead: 3 })) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(seen.made).toBe(Math.min(20, item + 4));
    }
  });

  it('fails after the items before, and closes its source when left early', async () => {
    const failing = { made: 0, closed: false };
    const got: number[] = [];
    await expect(
      (async () => {
        for await (const item of prefetch(counting(9, failing, 4), { ahead: 4 })) got.push(item);
      })(),
    ).rejects.toThrow('item 4 is bad');
    expect(got).toEqual([0, 1, 2, 3]);
    const left = { made: 0, closed: false };
    for await (const item of prefetch(counting(9, left))) if (item === 1) break;
    expect(left.closed).toBe(true);
  });

  it('refuses a nonsensical lookahead', async () => {
    await expect(all(prefetch(counting(1, { made: 0, closed: false }), { ahead: 0 }))).rejects.toThrow(/ahead must be/);
  });
});

describe('batchByLength', () => {
  const options = { lengthOf: (n: number) => n, buckets: [8, 4, 16], tokens: 32 };

  it('loses nothing, pads to the smallest bucket that fits, and every full batch of a bucket has one shape', async () => {
    const items = Array.from({ length: 500 }, (_, i) => 1 + ((i * 7919) % 16));
    const batches = await all(batchByLength(items, options));
    expect(batches.flatMap((batch) => batch.items).sort((a, b) => a - b)).toEqual([...items].sort((a, b) => a - b));
    const shapes = new Map<number, Set<number>>();
    for (const { length, items: rows } of batches) {
      expect(Math.max(...rows)).toBeLessThanOrEqual(length);
      if (length > 4) expect(Math.min(...rows)).toBeGreaterThan(length / 2);
      shapes.set(length, (shapes.get(length) ?? new Set()).add(rows.length));
    }
    expect([...shapes.keys()].sort((a, b) => a - b)).toEqual([4, 8, 16]);
    // A full one and a last one.
    for (const [length, counts] of shapes) {
      expect(counts.size).toBeLessThanOrEqual(2);
      expect(Math.max(...counts)).toBe(32 / length);
    }
    const whole = await all(batchByLength(items, { ...options, dropLast: true }));
    for (const { length, items: rows } of whole) expect(rows.length).toBe(32 / length);
  });

  it('rounds the rows of a batch down to a multiple', async () => {
    const [first] = await all(batchByLength(new Array(9).fill(5), { ...options, tokens: 60, multiple: 4 }));
    expect(first?.items.length).toBe(4);
  });

  it.each([1, 3, 8, 1000])('never gives more padded tokens than asked, with multiple %d', async (multiple) => {
    const given = { lengthOf: (length: number) => length, buckets: [32, 20], tokens: 64, multiple };
    const batches = await all(batchByLength([...new Array(16).fill(32), ...new Array(16).fill(7)], given));
    for (const { length, items: rows } of batches) expect(length * rows.length).toBeLessThanOrEqual(64);
    expect(batches.flatMap(({ items: rows }) => rows)).toHaveLength(32);
  });

  it.each([
    [{ buckets: [] }, 'buckets must have at least 1, got 0'],
    [{ buckets: [5.5] }, 'buckets[0] must be a whole number from 1, got 5.5'],
    [{ tokens: Number.NaN }, 'tokens must be a whole number from 1, got NaN'],
    [{ multiple: 0 }, 'multiple must be a whole number from 1, got 0'],
    [{ lengthOf: () => Number.NaN }, 'lengthOf must give a whole number from 0, got NaN'],
    [{ multiples: 8 }, "there is no option 'multiples', did you mean 'multiple'?"],
  ])('refuses %o', async (wrong, message) => {
    await expect(all(batchByLength([3], { ...options, ...wrong }))).rejects.toThrow(message);
  });

  it('names what does not fit', async () => {
    await expect(all(batchByLength([3, 17], options))).rejects.toThrow(
      /17 tokens is longer than the largest bucket, 16/,
    );
    await expect(all(batchByLength([3], { ...options, tokens: 8 }))).rejects.toThrow(/largest bucket is 16/);
  });
});
