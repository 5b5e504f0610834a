import { describe, expect, it } from 'vitest';
import { integerBelow, mixSeed, normal, permutation, streamFrom, truncatedNormal } from './index.ts';

describe('streamFrom', () => {
  it('repeats for the same seed and differs for another', () => {
    const draw = (seed: number) =>
      Array.from(
        { length: 5 },
        (
          (s) => () =>
            s.next()
        )(streamFrom(seed)),
      );
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('forks by label, whatever was drawn before', () => {
    const one = streamFrom(7);
    const two = streamFrom(7);
    two.next();
    expect(one.fork('masking', 3).next()).toBe(two.fork('masking', 3).next());
    expect(one.fork('masking', 3).next()).not.toBe(one.fork('masking', 4).next());
    expect(one.fork('1').next()).not.toBe(one.fork(1).next());
  });

  it('is uniform: chi-square over 64 cells, n = 64,000, bound at p = 1e-4 (χ² < 120.7)', () => {
    const counts = new Float64Array(64);
    const stream = streamFrom(3);
    for (let i = 0; i < 64_000; i++) {
      const cell = integerBelow(stream, 64);
      counts[cell] = (counts[cell] as number) + 1;
    }
    expect(counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(120.7);
  });

  it('refuses a seed that is no integer', () => {
    expect(() => streamFrom(0.5)).toThrow('streamFrom: seed must be a whole number, got 0.5.');
  });
});

describe('draws', () => {
  it('normal: mean 0, variance 1 within 4.5 standard errors, n = 50,000', () => {
    const stream = streamFrom(11);
    const drawn = Array.from({ length: 50_000 }, () => normal(stream));
    const mean = drawn.reduce((a, b) => a + b) / drawn.length;
    const variance = drawn.reduce((a, b) => a + (b - mean) ** 2, 0) / drawn.length;
    expect(Math.abs(mean)).toBeLessThan(4.5 / Math.sqrt(50_000));
    expect(Math.abs(variance - 1)).toBeLessThan(4.5 * Math.sqrt(2 / 50_000));
  });

  it('truncatedNormal stays within two', () => {
    const stream = streamFrom(5);
    for (let i = 0; i < 5000; i++) expect(Math.abs(truncatedNormal(stream))).toBeLessThanOrEqual(2);
  });

  it('permutation holds each number once', () => {
    expect([...permutation(streamFrom(2), 100)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  it('refuses an impossible limit', () => {
    expect(() => integerBelow(streamFrom(1), 0)).toThrow('limit must be a whole number from 1 to 4294967296, got 0');
  });

  it.each([2 ** 40, Number.NaN, Infinity, -1, 0.5])(
    'integerBelow refuses %d, which its 32 bits cannot serve',
    (limit) => {
      expect(() => integerBelow(streamFrom(1), limit)).toThrow('integerBelow: limit must be');
    },
  );

  it('integerBelow reaches odd numbers up to 2³²', () => {
    const stream = streamFrom(3);
    const drawn = Array.from({ length: 64 }, () => integerBelow(stream, 2 ** 32));
    expect(drawn.some((value) => value % 2 === 1)).toBe(true);
    expect(Math.max(...drawn)).toBeGreaterThan(2 ** 31);
  });

  it.each([-1, 0.5, Number.NaN, Infinity, 2 ** 31])('permutation refuses %d numbers', (count) => {
    expect(() => permutation(streamFrom(1), count)).toThrow('permutation: count must be a whole number from 0');
  });

  it.each([1 + 2 ** 32, -(2 ** 31) - 1, 0.5, Number.NaN, Infinity])(
    'mixSeed refuses %d: its seeds have 32 bits',
    (seed) => {
      expect(() => mixSeed(seed, 'x')).toThrow('mixSeed: seed must be a whole number');
    },
  );

  it('a label that is no text and no number is refused, by fork too', () => {
    expect(() => streamFrom(1).fork(Number.NaN)).toThrow('label must be a text or a finite number, got NaN');
    // A caller without types.
    expect(() => streamFrom(1).fork(undefined as unknown as string)).toThrow('got undefined');
  });
});
