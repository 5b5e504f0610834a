import { describe, expect, it } from 'vitest';
import { firstId, hardBatch, hardLength, maskId, vocabularySize } from './contract/hard-batch.ts';
import { stream } from './contract/stream.ts';
import {
  binomialBound,
  countMasking,
  decoupled,
  type MaskPolicy,
  mask,
  mask40,
  maskBatch,
  maskCopies,
  wholeWord,
} from './index.ts';

const before = hardBatch();
const setting = (seed: number) => ({
  maskId,
  candidates: { from: firstId, to: vocabularySize },
  randomOf: (row: number) => stream(seed * 100 + row),
});
const options = (policy: MaskPolicy, seed = 1) => ({ ...policy, ...setting(seed) });

/** The grid of seed 004's Table 3, corruption and prediction rate. */
const grid = [
  [0.4, 0.4],
  [0.4, 0.2],
  [0.2, 0.2],
  [0.2, 0.4],
  [0.1, 0.4],
  [0.05, 0.4],
  [0.15, 0.4],
] as const;

describe('corruption rate and prediction rate', () => {
  for (const [corrupt, predict] of grid) {
    it(`${corrupt} / ${predict}: copies corrupt disjoint sets of that rate and together predict that share`, () => {
      const seeds = Array.from({ length: 150 }, (_, seed) => seed);
      const pairs = seeds.map((seed) => {
        return {
          before,
          after: mask(before, decoupled({ corrupt, predict }), { ...setting(seed), slots: hardLength }),
        };
      });
      const copies = (pairs[0]?.after.shape[0] as number) / before.shape[0];
      expect(copies).toBe(Math.max(1, Math.ceil(Number((predict / corrupt).toPrecision(9)))));
      const counts = countMasking(pairs, { maskId });
      const once = counts.maskable / copies;
      expect(Math.abs(counts.predicted / once - predict)).toBeLessThan(binomialBound({ share: predict, n: once }));
      // The last copy takes what is missing, so all corrupt the larger of both rates in all.
      const corrupted = (counts.predicted + counts.corruptedOnly) / once;
      const all = Math.max(corrupt, predict);
      expect(Math.abs(corrupted - all)).toBeLessThan(binomialBound({ share: all, n: once }));
      for (const { after } of pairs.slice(0, 20)) {
        const taken = new Set<string>();
        for (const [slot, weight] of after.weights.entries()) {
          if (!weight) continue;
          const key = `${Math.floor(slot / after.slots / copies)}:${after.targetPositions[slot]}`;
          expect(taken.has(key)).toBe(false);
          taken.add(key);
        }
      }
    });
  }

  it('copy c of row r is row r·copies + c; one stream an example still gives the same copies in any batch', () => {
    const whole = maskCopies(before, { ...options(mask40), rate: 0.2, predictionRate: 0.6 });
    expect([whole.copies, ...whole.shape]).toEqual([3, before.shape[0] * 3, hardLength]);
    const single = {
      ...before,
      shape: [1, hardLength] as const,
      ids: before.ids.slice(5 * hardLength),
      segments: before.segments.slice(5 * hardLength),
      attend: before.attend.slice(5 * hardLength),
      maskable: before.maskable.slice(5 * hardLength),
      wordNumbers: before.wordNumbers.slice(5 * hardLength),
    };
    const alone = maskCopies(single, {
      ...options(mask40),
      rate: 0.2,
      predictionRate: 0.6,
      randomOf: () => stream(105),
    });
    expect([...alone.ids]).toEqual([...whole.ids.slice(15 * hardLength)]);
  });

  it('whole words stay whole in each copy', () => {
    const copies = maskCopies(before, { ...options(wholeWord), rate: 0.2, predictionRate: 0.6 });
    for (let row = 0; row < copies.shape[0]; row++) {
      const chosen = new Set<number>();
      for (let slot = row * copies.slots; slot < (row + 1) * copies.slots; slot++)
        if (copies.weights[slot]) chosen.add(copies.targetPositions[slot] as number);
      const source = Math.floor(row / 3) * hardLength;
      const words = new Set([...chosen].map((column) => before.wordNumbers[source + column]));
      const tokens = Array.from({ length: hardLength }, (_, i) => i).filter((i) =>
        words.has(before.wordNumbers[source + i]),
      );
      if (chosen.size > 0) expect(tokens.filter((i) => before.maskable[source + i])).toEqual([...chosen]);
    }
  });

  it('name what is out of range', () => {
    expect(() => maskCopies(before, { ...options(mask40), predictionRate: 0.2 })).toThrow(
      'predictionRate must be in [rate, 1] = [0.4, 1], got 0.2',
    );
    expect(() => maskBatch(before, options({ rate: 0.2, predictionRate: 0.4 }))).toThrow(
      'mask makes the copies that predict more',
    );
  });
});
