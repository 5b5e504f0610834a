import { describe, expect, it } from 'vitest';
import { batchOf, hardBatch, hardLength, maskId } from '../contract/hard-batch.ts';
import { stream } from '../contract/stream.ts';
import { bert, gptBert, mask, mntp, predictNext, shifted, shiftTargets, wholeWord } from '../index.ts';

const setting = (seed: number) => ({
  maskId,
  candidates: { from: 5, to: 90 },
  slots: hardLength,
  randomOf: (row: number) => stream(seed * 100 + row),
});
const before = hardBatch();

describe('shifted', () => {
  it('hides what its policy hides and asks each one place earlier', () => {
    for (const policy of [bert, { ...wholeWord, rate: 0.4 }]) {
      const own = mask(before, policy, setting(1));
      const earlier = mask(before, shifted(policy), setting(1));
      expect(earlier.ids).toEqual(own.ids);
      expect(earlier.weights).toEqual(own.weights);
      expect([...earlier.targetPositions]).toEqual(
        [...own.targetPositions].map((column, slot) => column - (own.weights[slot] ? 1 : 0)),
      );
    }
    expect(mntp.of?.rate).toBe(0.2);
  });
  it('asks nothing of the first column', () => {
    const masked = { ...mask(batchOf([{ words: [1, 1] }], 4), { ...bert, rate: 1 }, { ...setting(1), slots: 2 }) };
    const first = shiftTargets({ ...masked, targetPositions: Int32Array.of(0, 2) });
    expect([[...first.weights], [...first.targetPositions]]).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });
  it('refuses copies, and what is no policy', () => {
    expect(() => shifted({ rate: 0.2, predictionRate: 0.4 })).toThrow(
      'shifted: predictionRate must be at most rate 0.2',
    );
    expect(() => gptBert({ mask: { rate: 2 } })).toThrow('gptBert: mask: rate must be in [0, 1]');
    expect(() => gptBert({ causal: -1 })).toThrow('causal must be');
  });
});

describe('gptBert', () => {
  it('reads a share of rows from left to right, 4,000 rows, 4.5 standard errors; the others are shifted masks', () => {
    const batch = batchOf([{ words: [1, 2, 1, 1, 3] }], 12);
    const policy = gptBert({ causal: 0.3 });
    const next = predictNext(batch, { slots: 11 });
    let reads = 0;
    for (let seed = 0; seed < 4000; seed++) {
      const random = stream(seed);
      const own = mask(batch, policy, { ...setting(1), slots: 11, randomOf: () => random });
      if (own.causal?.[0]) {
        reads++;
        expect([own.ids, own.targets, own.targetPositions, own.weights]).toEqual([
          ...[batch.ids, next.targets, next.targetPositions, next.weights],
        ]);
      } else {
        const again = stream(seed);
        again.next();
        const masked = mask(batch, shifted(bert), { ...setting(1), slots: 11, randomOf: () => again });
        expect([own.ids, own.targets, own.targetPositions]).toEqual([
          ...[masked.ids, masked.targets, masked.targetPositions],
        ]);
      }
    }
    expect(Math.abs(reads / 4000 - 0.3)).toBeLessThan(4.5 * Math.sqrt(0.21 / 4000));
  });
  it('0 and 1 are masks alone and reading alone', () => {
    expect([...(mask(before, gptBert({ causal: 0 }), setting(3)).causal ?? [])].every((one) => one === 0)).toBe(true);
    const all = mask(before, gptBert({ causal: 1 }), setting(3));
    expect(all.ids).toEqual(before.ids);
    expect(all.targets).toEqual(predictNext(before, { slots: hardLength }).targets);
  });
});
