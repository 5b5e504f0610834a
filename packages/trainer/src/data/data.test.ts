import {
  add,
  attention,
  constant,
  equal,
  evaluate,
  gatherRows,
  logicalAnd,
  multiply,
  reshape,
  type Tensor,
  tfjsEngine,
} from '@cloze/backend';
import { describe, expect, it } from 'vitest';
import { mixCorpora } from './mix-corpora.ts';
import { packLengths, packSequences } from './pack-sequences.ts';
import type { RandomStream } from './random-stream.ts';
import { shuffleStream } from './shuffle-stream.ts';

/** A small stand-in for `@cloze/random`: mulberry32, forked by a hash of seed and labels. */
function streamFrom(seed: number): RandomStream {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    },
    fork: (...labels) =>
      streamFrom(
        [...`${seed}/${labels.join('/')}`].reduce(
          (h, c) => Math.imul(h ^ (c.codePointAt(0) as number), 16777619),
          2166136261,
        ),
      ),
  };
}

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
      const at = row * length + from;
      expect([...packed.ids.subarray(at, at + count)]).toEqual([...ids]);
      expect([...packed.positionIds.subarray(at, at + count)]).toEqual([...ids.keys()]);
      expect(new Set(packed.texts.subarray(at, at + count)).size).toBe(1);
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

  it('with block-diagonal attention gives every token what it gives unpacked, to 1e-5; without, it does not', async () => {
    const engine = await tfjsEngine('cpu');
    const width = 8;
    const table = (rows: number, seed: number) =>
      constant(
        Array.from({ length: rows * width }, (_, i) => Math.sin(i * 1.3 + seed)),
        [rows, width],
      );
    const [tokens, places] = [table(30, 1), table(16, 2)];
    /** Two layers of attention over tokens and positions, with a residual. */
    const hiddenOf = (ids: Int32Array, positions: Int32Array, shape: [number, number], visible: Tensor) => {
      const whole = (values: Int32Array) => constant(values, shape, 'int32');
      let x = add(gatherRows(tokens, whole(ids)), gatherRows(places, whole(positions)));
      for (let layer = 0; layer < 2; layer++) x = add(x, attention(multiply(x, 0.7), x, x, { heads: 2, visible }));
      return evaluate(engine, { x }).x.values;
    };
    const [batch] = packed.shape;
    const texts = constant(packed.texts, [batch, length], 'int32');
    const attend = reshape(constant(packed.attend, [batch, length], 'bool'), [batch, 1, 1, length]);
    const same = equal(reshape(texts, [batch, 1, length, 1]), reshape(texts, [batch, 1, 1, length]));
    const blocks = hiddenOf(packed.ids, packed.positionIds, [batch, length], logicalAnd(same, attend));
    const open = hiddenOf(packed.ids, packed.positionIds, [batch, length], attend);
    let [worst, worstOpen] = [0, 0];
    for (const [i, { ids }] of sequences.entries()) {
      const { row, from, count } = packed.places[i] as (typeof packed.places)[number];
      const alone = hiddenOf(ids, Int32Array.from(ids.keys()), [1, count], constant([1], [1, 1, 1, 1], 'bool'));
      for (const [j, value] of alone.entries()) {
        const at = (row * length + from) * width + j;
        worst = Math.max(worst, Math.abs((blocks[at] as number) - value));
        worstOpen = Math.max(worstOpen, Math.abs((open[at] as number) - value));
      }
    }
    expect(worst).toBeLessThan(1e-5);
    expect(worstOpen).toBeGreaterThan(0.1);
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
    for (const at of [19_999, 0, 12_345, 4096, 4095, 12_346]) expect(fresh.at(at)).toEqual(draws[at]);
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
    for (const [at, x] of order.entries()) expect(x).toBeLessThan(at + 10);
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
