import { describe, expect, it } from 'vitest';
import { batchOf, maskId } from '../contract/hard-batch.ts';
import { stream } from '../contract/stream.ts';
import { maskByDiffusion } from './mask-by-diffusion.ts';

/** Rows of three tokens, which have six orders. */
const three = batchOf([{ words: [1, 1, 1] }], 5);
const columns = [1, 2, 3];

/** Any function of what is asked and what is seen: `−ln p(token at column | tokens that are seen)` of some model. */
const loss = (column: number, seen: readonly number[]) =>
  1 + column * 0.3 + Math.sin(seen.reduce((a, c) => a + c * c, column));

const orders = (rest: readonly number[]): number[][] =>
  rest.length === 0
    ? [[]]
    : rest.flatMap((first) => orders(rest.filter((c) => c !== first)).map((tail) => [first, ...tail]));

describe('maskByDiffusion', () => {
  it('weighs what it asks so that its loss is, in the mean, that of all orders: n = 60,000 draws, 4.5 standard errors', () => {
    const all = orders(columns);
    const exact =
      all.reduce((sum, order) => sum + order.reduce((s, column, i) => s + loss(column, order.slice(0, i)), 0), 0) /
      (all.length * columns.length);
    const draws = 60_000;
    let [sum, squares] = [0, 0];
    const random = stream(5);
    for (let draw = 0; draw < draws; draw++) {
      const { weights, targetPositions, divisors } = maskByDiffusion(three, { maskId, randomOf: () => random });
      const asked = columns.flatMap((_, slot) =>
        weights[slot] ? [[targetPositions[slot] as number, weights[slot] as number] as const] : [],
      );
      const hidden = asked.map(([column]) => column);
      const seen = columns.filter((column) => !hidden.includes(column));
      const value =
        asked.reduce((total, [column, weight]) => total + weight * loss(column, seen), 0) / (divisors?.[0] as number);
      sum += value;
      squares += value * value;
    }
    const mean = sum / draws;
    const error = Math.sqrt((squares / draws - mean * mean) / draws);
    // The least rate of 0.001 leaves less than a thousandth of the mean out.
    expect(Math.abs(mean - exact)).toBeLessThan(4.5 * error + 1e-3 * exact);
    // A weight of 1 a target instead would be far from it.
    expect(error).toBeLessThan(0.01 * exact);
  });

  it('draws a rate a row, uniform: shares of rows of 60 tokens by tenths, 4,000 rows, 4.5 standard errors', () => {
    const long = batchOf([{ words: new Array(60).fill(1) }], 64);
    const tenths = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 4000; seed++) {
      const { weights } = maskByDiffusion(long, { maskId, randomOf: () => stream(seed) });
      const rate = 1 / (weights.find((weight) => weight > 0) ?? Number.POSITIVE_INFINITY);
      const tenth = Math.min(9, Math.floor(10 * rate));
      tenths[tenth] = (tenths[tenth] as number) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 400)).toBeLessThan(4.5 * Math.sqrt(4000 * 0.1 * 0.9));
  });

  it('hides what it asks and nothing else, and counts a row that loses nothing in the divisor', () => {
    const never = { next: () => 0.9999 };
    const { weights, divisors, ids } = maskByDiffusion(three, {
      maskId,
      randomOf: () => ({ next: () => 0 }),
      leastRate: 0.5,
    });
    expect([...weights.subarray(0, 3)]).toEqual([2, 2, 2]);
    expect([...ids].filter((id) => id === maskId)).toHaveLength(3);
    let first = true;
    const low = { next: () => (first ? ((first = false), 0) : never.next()) };
    const none = maskByDiffusion(three, { maskId, randomOf: () => low });
    expect([...none.weights]).toEqual([0, 0, 0]);
    expect([...(none.divisors ?? [])]).toEqual([3]);
    expect(divisors).toEqual(Float32Array.of(3));
    expect(none.ids).toEqual(three.ids);
  });

  it('refuses rates out of range', () => {
    for (const leastRate of [Number.NaN, 0, 1])
      expect(() => maskByDiffusion(three, { maskId, randomOf: () => stream(1), leastRate })).toThrow(
        'maskByDiffusion: leastRate must be a number above 0 and below 1',
      );
  });
});
