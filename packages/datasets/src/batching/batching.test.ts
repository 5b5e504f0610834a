import { streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';
import { mixCorpora } from './mix-corpora.ts';
import { packLengths, packSequences } from './pack-sequences.ts';
import { shuffleStream } from './shuffle-stream.ts';

describe('packSequences', () => {
  const random = streamFrom(3);
  const sequences = Array.from({ length: 40 }, () => ({
    ids: Int32Array.from({ length: 1 + Math.floor(random.next() * 12) }, () => 1 + Math.floor(random.next() * 29)),
  }));
  const packed = packSequences(sequences, { length: 16, padId: 0 });
  const [rows, length] = packed.shape;

  it('lays every sequence whole into one row, once', () => {
    let tokens = 0;
    for (const [i, { ids }] of sequences.entries()) {
      const { row, from, count } = packed.places[i] as (typeof packed.places)[number];
      const begin = row * length + from;
      expect([...packed.ids.subarray(begin, begin + count)]).toEqual([...ids]);
      expect([...packed.positionIds.subarray(begin, begin + count)]).toEqual([...ids.keys()]);
      expect(new Set(packed.texts.subarray(begin, begin + count)).size).toBe(1);
      tokens += count;
    }
    expect(packed.attend.reduce((n, x) => n + x, 0)).toBe(tokens);
    expect(packed.texts.filter((text) => text > 0)).toHaveLength(tokens);
    // Full rows: at most one more than the tokens need.
    expect(rows).toBeLessThanOrEqual(Math.ceil(tokens / length) + 1);
  });

  it('stays within 11/9 of the fewest rows + 1 over 500 sets cut from full rows, so that the fewest is known', () => {
    let more = 0;
    for (let set = 0; set < 500; set++) {
      const fewest = 1 + Math.floor(random.next() * 40);
      const lengths = Array.from({ length: fewest }, () => {
        const cuts = Array.from({ length: Math.floor(random.next() * 5) }, () => 1 + Math.floor(random.next() * 63));
        const ends = [...new Set([...cuts, 64])].sort((a, b) => a - b);
        return ends.map((end, i) => end - (ends[i - 1] ?? 0));
      }).flat();
      const found = packLengths(lengths, 64);
      expect(found.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
      for (const row of found) expect(row.reduce((n, i) => n + (lengths[i] as number), 0)).toBeLessThanOrEqual(64);
      expect(found.length).toBeLessThanOrEqual((11 / 9) * fewest + 1);
      more += found.length - fewest;
    }
    // The bound is not idle: the fewest is not always reached.
    expect(more).toBeGreaterThan(0);
  });

  it('names sequences that do not fit', () => {
    expect(() => packLengths([3, 0, 9], 8)).toThrow('1 (0), 2 (9) do not');
  });
});

describe('mixCorpora', () => {
  const corpora = [
    { size: 50, weight: 0.7 },
    { size: 1000, weight: 0.2 },
    { size: 7, weight: 0.1 },
  ];
  const n = 20_000;
  const drawn = Array.from({ length: n }, (_, i) => i);
  const mixture = mixCorpora(corpora, streamFrom(1));
  const draws = drawn.map((i) => mixture.at(i));

  it('draws by weight, within 4.5 standard deviations of 20,000 draws', () => {
    for (const [corpus, { weight }] of corpora.entries()) {
      const share = draws.filter((draw) => draw.corpus === corpus).length / n;
      expect(Math.abs(share - weight)).toBeLessThan(4.5 * Math.sqrt((weight * (1 - weight)) / n));
    }
  });

  it('goes through each corpus whole before any example comes again, each time in another order', () => {
    for (const [corpus, { size }] of corpora.entries()) {
      const indices = draws.filter((draw) => draw.corpus === corpus).map(({ index }) => index);
      for (let from = 0; from + size <= indices.length; from += size)
        expect(new Set(indices.slice(from, from + size)).size).toBe(size);
      if (indices.length >= 2 * size) expect(indices.slice(0, size)).not.toEqual(indices.slice(size, 2 * size));
    }
  });

  it('gives the same draw in any order of asking, and from a fresh start in the middle', () => {
    const fresh = mixCorpora(corpora, streamFrom(1));
    for (const i of [19_999, 0, 12_345, 4096, 4095, 12_346]) expect(fresh.at(i)).toEqual(draws[i]);
    const other = mixCorpora(corpora, streamFrom(2));
    expect(drawn.slice(0, 50).map((i) => other.at(i))).not.toEqual(draws.slice(0, 50));
  });

  it('names what cannot be', () => {
    expect(() => mixCorpora([{ size: 0 }, { size: 3, weight: -1 }], streamFrom(1))).toThrow(
      'size of 0 is 0, expected at least 1; weight of 0 is 0, expected more than 0; weight of 1 is -1',
    );
  });
});

describe('shuffleStream', () => {
  const collect = async (seed: number, options: Parameters<typeof shuffleStream>[2], count = 100) => {
    const out: number[] = [];
    for await (const x of shuffleStream(Array(count).keys(), streamFrom(seed), options)) out.push(x);
    return out;
  };
  it('gives every item once, in an order of the seed; a buffer of 1 keeps the order', async () => {
    const order = await collect(1, { buffer: 10 });
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
    expect(await collect(1, { buffer: 10 })).toEqual(order);
    expect(await collect(2, { buffer: 10 })).not.toEqual(order);
    expect(await collect(1, { buffer: 1 })).toEqual([...Array(100).keys()]);
    // Nothing comes before it was read.
    for (const [i, x] of order.entries()) expect(x).toBeLessThan(i + 10);
  });
  it('skips to the same rest from every place', async () => {
    const order = await collect(1, { buffer: 10 });
    for (let skip = 0; skip <= 100; skip += 7)
      expect(await collect(1, { buffer: 10, skip })).toEqual(order.slice(skip));
  });
  it('is uniform when the buffer holds all: each of 6 orders of 3 items within 4.5 standard deviations of 6000', async () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const key = (await collect(seed * 7919, { buffer: 3 }, 3)).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(4.5 * Math.sqrt((6000 * 5) / 36));
  });
});
