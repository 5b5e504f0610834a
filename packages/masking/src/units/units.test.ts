import { describe, expect, it } from 'vitest';
import type { MaskableBatch } from '../batch.ts';
import { batchOf } from '../contract/hard-batch.ts';
import { stream } from '../contract/stream.ts';
import { maskBatch, ngrams, pmiNgrams, spanLengths, spans, tokens, type Units, words } from '../index.ts';

/** Lengths in tokens of the units a row is cut into. */
function cut(units: Units, batch: MaskableBatch, { row = 0, seed = 1 } = {}): number[] {
  const length = batch.shape[1];
  const columns = new Int32Array(length);
  let count = 0;
  for (let column = 0; column < length; column++) if (batch.maskable[row * length + column]) columns[count++] = column;
  const starts = new Int32Array(length + 1);
  const found = units.cut({ batch, offset: row * length, columns, count }, stream(seed), starts);
  starts[found] = count;
  return Array.from({ length: found }, (_, i) => (starts[i + 1] as number) - (starts[i] as number));
}

/** Pearson's statistic of counts against shares. */
const chiSquare = (counts: readonly number[], shares: readonly number[]) => {
  const n = counts.reduce((a, b) => a + b);
  return shares.reduce((sum, share, i) => sum + ((counts[i] as number) - n * share) ** 2 / (n * share), 0);
};

describe('tokens and words', () => {
  const batch = batchOf([{ words: [2, 1, 3], pair: [1, 2] }], 12);
  it('cut at every token, at every word', () => {
    expect(cut(tokens, batch)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(cut(words, batch)).toEqual([2, 1, 3, 1, 2]);
  });
  it('a number on both sides of a special token is two words', () => {
    const numbers = batch.wordNumbers.map((word) => (word < 0 ? -1 : 0));
    expect(cut(words, { ...batch, wordNumbers: numbers })).toEqual([6, 3]);
  });
  it('tokens without a number stand alone', () => {
    expect(cut(words, { ...batch, wordNumbers: new Int32Array(12).fill(-1) })).toHaveLength(9);
  });
});

describe('ngrams', () => {
  it('lengths follow 40/30/20/10: χ² over 20,000 n-grams below 21.1 (p = 10⁻⁴, 3 degrees of freedom)', () => {
    const batch = batchOf([{ words: new Array(200).fill(1) }], 202);
    const counts = [0, 0, 0, 0];
    let n = 0;
    for (let seed = 0; n < 20_000; seed++) {
      // The last one may be cut short by the end of the row.
      const lengths = cut(ngrams(), batch, { seed }).slice(0, -1);
      for (const length of lengths) counts[length - 1] = (counts[length - 1] as number) + 1;
      n += lengths.length;
    }
    expect(chiSquare(counts, [0.4, 0.3, 0.2, 0.1])).toBeLessThan(21.1);
    expect(chiSquare(counts, [0.25, 0.25, 0.25, 0.25])).toBeGreaterThan(21.1);
  });
  it('count words, not tokens, and stop at special tokens', () => {
    const batch = batchOf([{ words: [2, 2, 2, 2, 1], pair: [3, 3] }], 20);
    expect(cut(ngrams({ shares: [0, 1] }), batch)).toEqual([4, 4, 1, 6]);
  });
  it('shares that do not sum to 1 are an error', () => {
    expect(() => ngrams({ shares: [0.5, 0.6] })).toThrow(
      'ngrams: shares must be ≥ 0 and sum to 1, got 0.5 + 0.6 = 1.1',
    );
  });
});

describe('spans', () => {
  it("lengths are renormalised, not clipped: the paper's table", () => {
    const lengths = spanLengths({ p: 0.2, max: 10 });
    const published = [
      0.224058, 0.179246, 0.143397, 0.114718, 0.091774, 0.073419, 0.058735, 0.046988, 0.037591, 0.030073,
    ];
    for (const [i, share] of lengths.entries()) expect(share).toBeCloseTo(published[i] as number, 6);
    const mean = (shares: number[]) => shares.reduce((sum, share, i) => sum + share * (i + 1), 0);
    expect(mean(lengths)).toBeCloseTo(3.797098, 6);
    expect(mean(spanLengths({ p: 0.3, max: 10 }))).toBeCloseTo(3.042647, 6);
  });
  it('are drawn so: χ² over 20,000 draws below 33.7 (p = 10⁻⁴, 9 degrees of freedom), and a clipped geometric is not', () => {
    const { spanLength } = spans();
    const random = stream(7);
    const counts = new Array<number>(10).fill(0);
    const clipped = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const length = spanLength?.(random) as number;
      counts[length - 1] = (counts[length - 1] as number) + 1;
      const other = Math.min(10, 1 + Math.floor(Math.log(1 - random.next()) / Math.log(0.8)));
      clipped[other - 1] = (clipped[other - 1] as number) + 1;
    }
    const shares = spanLengths({ p: 0.2, max: 10 });
    expect(chiSquare(counts, shares)).toBeLessThan(33.7);
    expect(chiSquare(clipped, shares)).toBeGreaterThan(1000);
  });
  it('end at special tokens', () => {
    const batch = batchOf([{ words: [1, 1], pair: [1, 1, 1, 1] }], 9);
    const chosen = (draws: number[], rate: number) => {
      const { targetPositions } = maskBatch(batch, {
        units: { cut: words.cut, spanLength: () => 100 },
        rate,
        rounding: 'floor',
        overflow: 'split',
        slots: 6,
        replacement: { mask: 1, random: 0, keep: 0 },
        maskId: 4,
        candidates: { from: 5, to: 6 },
        randomOf: () => ({ next: () => draws.shift() ?? 0.999 }),
      });
      return [...targetPositions].filter((column) => column > 0);
    };
    // The second token, then the last one: columns 2 and 7, not 2 and 4.
    expect(chosen([0.2, 0.9], 0.34)).toEqual([2, 7]);
  });
  it('name every wrong option', () => {
    expect(() => spans({ p: 1, max: 0 })).toThrow(
      'p must be in (0, 1), got 1; max must be an integer in [1, 10000], got 0',
    );
  });
});

describe('pmiNgrams', () => {
  const batch = batchOf([{ words: [1, 1, 1, 1, 1, 1, 1, 1] }], 10);
  const ids = [...batch.ids.slice(1, 9)];
  const of = (...ranges: readonly (readonly [number, number])[]) =>
    pmiNgrams({ ngrams: ranges.map(([from, to]) => ids.slice(from, to)) });

  it('the longest n-gram wins over an overlapping shorter one', () => {
    expect(cut(of([0, 2], [1, 4], [4, 6]), batch)).toEqual([1, 3, 2, 1, 1]);
  });
  it('of overlapping ones of equal length each wins half the time: 400 draws, 4.5 standard errors', () => {
    const units = of([0, 2], [1, 3]);
    let first = 0;
    for (let seed = 0; seed < 400; seed++) if (cut(units, batch, { seed })[0] === 2) first++;
    expect(Math.abs(first / 400 - 0.5)).toBeLessThan(4.5 * Math.sqrt(0.25 / 400));
  });
  it('begins and ends at words, and crosses no special token', () => {
    const pair = batchOf([{ words: [1, 2, 1], pair: [1, 1] }], 12);
    const row = [...pair.ids.slice(1, 5)];
    expect(cut(pmiNgrams({ ngrams: [row.slice(0, 2)] }), pair)).toEqual([1, 2, 1, 1, 1]);
    expect(cut(pmiNgrams({ ngrams: [row.slice(0, 3)] }), pair)).toEqual([3, 1, 1, 1]);
    const across = [...row.slice(3), ...pair.ids.slice(6, 7)];
    expect(cut(pmiNgrams({ ngrams: [across] }), pair)).toEqual([1, 2, 1, 1, 1]);
  });
});
