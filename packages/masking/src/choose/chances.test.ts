import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf, maskId } from '../contract/hard-batch.ts';
import { stream } from '../contract/stream.ts';
import { bernoulli, frequencyInformed, inProportion, mask, rarerMore, words } from '../index.ts';

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe('rarerMore', () => {
  it('is the paper’s formula, written out: ranks moved to [0, 1], a power, moved to the rate from above and from below', () => {
    // Counts 50, 20, 20, 5 of ids 0 to 3: ranks 0, 1, 1, 3 of 4.
    const chances = rarerMore({ counts: [50, 20, 20, 5], power: 0.5 });
    const raw = [0, Math.sqrt(1 / 3), Math.sqrt(1 / 3), 1];
    const average = mean(raw);
    const at = (rate: number) => Array.from(chances(Int32Array.of(0, 1, 2, 3), rate));
    expect(at(0.2)).toEqual(raw.map((w) => expect.closeTo((w * 0.2) / average, 12)));
    expect(at(0.9)).toEqual(raw.map((w) => expect.closeTo(1 - ((1 - w) * 0.1) / (1 - average), 12)));
    expect(Array.from(chances(Int32Array.of(1, 2, 1), 0.3))).toEqual([0.3, 0.3, 0.3]);
    expect(Array.from(chances(Int32Array.of(3), 0.3))).toEqual([0.3]);
  });

  it('and inProportion: the mean is the rate, no chance leaves [0, 1], larger weights never have less', () => {
    const row = fc.array(fc.nat(9), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(row, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (ids, rate, rarer) => {
        const counts = [100, 90, 50, 50, 20, 10, 5, 2, 2, 1];
        const given = (rarer ? rarerMore({ counts }) : inProportion(counts))(Int32Array.from(ids), rate);
        expect(mean(given)).toBeCloseTo(rate, 9);
        for (const [i, chance] of Array.from(given).entries()) {
          expect(chance).toBeGreaterThanOrEqual(0);
          expect(chance).toBeLessThanOrEqual(1);
          for (const [j, other] of Array.from(given).entries())
            if ((counts[ids[i] as number] as number) < (counts[ids[j] as number] as number) === rarer)
              if (counts[ids[i] as number] !== counts[ids[j] as number])
                expect(chance).toBeGreaterThanOrEqual(other - 1e-12);
        }
      }),
      { numRuns: 300, seed: 5 },
    );
    expect(Array.from(inProportion([0, 1])(Int32Array.of(0, 0, 1, 0), 0.5))).toEqual([0, 0, 1, 0]);
    expect(Array.from(inProportion([0, 1])(Int32Array.of(0), 0.5))).toEqual([0]);
  });

  it('tokens are hidden as often as it says: 20 tokens, 4,000 rows, 4.5 standard errors', () => {
    const batch = batchOf([{ words: new Array(20).fill(1) }], 24);
    const own = batch.ids.subarray(1, 21);
    const counts = new Float64Array(2000);
    for (const [i, id] of own.entries()) counts[id] = 1 + ((i * i) % 17);
    const policy = frequencyInformed(counts);
    const asked = policy.chances?.(own, 0.15) ?? [];
    const found = new Float64Array(20);
    const setting = { maskId, candidates: { from: 5, to: 9 }, slots: 20 };
    for (let seed = 0; seed < 4000; seed++) {
      const { weights, targetPositions } = mask(batch, policy, { ...setting, randomOf: () => stream(seed) });
      for (let slot = 0; slot < 20; slot++)
        if (weights[slot]) {
          const place = (targetPositions[slot] as number) - 1;
          found[place] = (found[place] as number) + 1 / 4000;
        }
    }
    for (const [i, share] of found.entries()) {
      const chance = asked[i] as number;
      expect(Math.abs(share - chance)).toBeLessThan(4.5 * Math.sqrt((chance * (1 - chance)) / 4000) + 1e-9);
    }
    // A law of 15 % for all would be far from it.
    expect(Math.max(...found) - Math.min(...found)).toBeGreaterThan(0.1);
  });

  it('of a unit its tokens’ mean', () => {
    const batch = batchOf([{ words: [2, 2] }], 6);
    const [a = 0, b = 0] = batch.ids.subarray(1);
    const weights = new Float64Array(2000);
    [weights[a], weights[b]] = [1, 0];
    // The first word’s tokens have 1 and 0, its chance is ½; the second’s have none.
    const policy = { ...bernoulli, units: words, chances: () => [1, 0, 0, 0], rate: 0.25 };
    let hidden = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const { weights: asked } = mask(batch, policy, {
        ...{ maskId, candidates: { from: 5, to: 9 }, slots: 4 },
        randomOf: () => stream(seed),
      });
      const count = asked.reduce((sum, weight) => sum + weight, 0);
      expect([0, 2]).toContain(count);
      hidden += count / 2;
    }
    expect(Math.abs(hidden / 2000 - 0.5)).toBeLessThan(4.5 * Math.sqrt(0.25 / 2000));
  });

  it('refuses what is no chance, no weight and no independent choice', () => {
    const batch = batchOf([{ words: [1, 1] }], 4);
    const setting = { maskId, candidates: { from: 5, to: 9 }, randomOf: () => stream(1) };
    const by = (chances: () => number[]) => () => mask(batch, { ...bernoulli, name: 'mine', chances }, setting);
    expect(by(() => [0.1])).toThrow("policy 'mine', row 0: chances gave 1 numbers; the row has 2 maskable tokens.");
    expect(by(() => [0.1, 2])).toThrow("policy 'mine', row 0: chances must be in [0, 1], got 2 for maskable token 1.");
    expect(() => mask(batch, { chances: () => [1, 1] }, setting)).toThrow("they need selection 'bernoulli'");
    expect(() => rarerMore({ counts: [1, -1] })).toThrow('got -1 for id 1');
    expect(() => rarerMore({ counts: [1], power: 0 })).toThrow('power must be a number above 0');
    expect(() => inProportion([Number.NaN])).toThrow('got NaN for id 0');
  });
});
