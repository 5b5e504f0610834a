import { describe, expect, it } from 'vitest';
import { batchOf, firstId, hardBatch, maskId, vocabularySize } from '../contract/hard-batch.ts';
import { stream } from '../contract/stream.ts';
import { type MaskedBatch, maskBatch, predictNext, predictPermuted, predictPrefix, replacedTokens } from '../index.ts';

/** Targets of a row as column → id. */
const targetsOf = ({ slots, weights, targetPositions, targets }: MaskedBatch, row: number) =>
  Object.fromEntries(
    Array.from({ length: slots }, (_, i) => row * slots + i)
      .filter((slot) => weights[slot])
      .map((slot) => [targetPositions[slot], targets[slot]]),
  );

const batch = batchOf([{ words: [1, 1, 1], pair: [1, 1] }, { words: [] }, { words: [1] }], 10);
const id = (column: number, row = 0) => batch.ids[row * 10 + column] as number;

describe('predictNext', () => {
  it('each real token predicts the one after it; pads predict nothing and are not predicted', () => {
    const out = predictNext(batch);
    expect(targetsOf(out, 0)).toEqual({ 0: id(1), 1: id(2), 2: id(3), 3: 3, 4: id(5), 5: id(6), 6: 3 });
    expect(targetsOf(out, 1)).toEqual({ 0: 3 });
    expect(targetsOf(out, 2)).toEqual({ 0: id(1, 2), 1: 3 });
    expect([...out.ids]).toEqual([...batch.ids]);
  });
});

describe('predictPrefix', () => {
  it('the last [SEP] of the source begins the target, which ends with its own [SEP]; rows without a target have none', () => {
    const out = predictPrefix(batch);
    expect(targetsOf(out, 0)).toEqual({ 4: id(5), 5: id(6), 6: 3 });
    expect(targetsOf(out, 1)).toEqual({});
  });
});

describe('predictPermuted', () => {
  const hard = hardBatch();
  const [rows, length] = hard.shape;
  const out = predictPermuted(hard, { part: 6, randomOf: (row) => stream(row) });
  it('ranks are a permutation of the maskable tokens, specials first, pads last; the last sixth is predicted', () => {
    for (let row = 0; row < rows; row++) {
      const places = Array.from({ length }, (_, column) => row * length + column);
      const maskable = places.filter((place) => hard.maskable[place]);
      expect(maskable.map((place) => out.order[place] as number).sort((a, b) => a - b)).toEqual(
        maskable.map((_, i) => i + 1),
      );
      for (const place of places) {
        if (hard.attend[place] && !hard.maskable[place]) expect(out.order[place]).toBe(0);
        if (!hard.attend[place]) expect(out.order[place]).toBe(length - 1);
      }
      const predicted = Object.keys(targetsOf(out, row)).map(Number);
      expect(predicted).toHaveLength(Math.ceil(maskable.length / 6));
      const least = Math.min(...predicted.map((column) => out.order[row * length + column] as number));
      if (predicted.length > 0) expect(least).toBe(maskable.length - predicted.length + 1);
      for (const [column, target] of Object.entries(targetsOf(out, row)))
        expect(target).toBe(hard.ids[row * length + Number(column)]);
    }
  });
  it('every token is first equally often: 3 tokens, 3,000 orders, 4.5 standard errors', () => {
    const first = [0, 0, 0];
    for (let seed = 0; seed < 3000; seed++) {
      const { order } = predictPermuted(batchOf([{ words: [1, 1, 1] }], 5), { randomOf: () => stream(seed) });
      for (let i = 0; i < 3; i++) if (order[i + 1] === 1) first[i] = (first[i] as number) + 1;
    }
    for (const count of first) expect(Math.abs(count / 3000 - 1 / 3)).toBeLessThan(4.5 * Math.sqrt(2 / 9 / 3000));
  });
});

describe('replacedTokens', () => {
  const hard = hardBatch();
  const masked = maskBatch(hard, {
    rate: 0.3,
    maskId,
    candidates: { from: firstId, to: vocabularySize },
    randomOf: (row) => stream(row),
  });
  it('samples equal to the original count as original, others as replaced; every maskable token is judged', () => {
    // Every other slot gets the right token, the others the next one.
    const samples = masked.targets.map((target, slot) => (slot % 2 === 0 ? target : ((target + 1) % 10) + firstId));
    const out = replacedTokens(hard, masked, { samples });
    const judged = out.weights.reduce((a, b) => a + b);
    expect(judged).toBe(hard.maskable.reduce((a, b) => a + b));
    let replaced = 0;
    for (const [slot, weight] of masked.weights.entries())
      if (weight && samples[slot] !== masked.targets[slot]) replaced++;
    expect(replaced).toBeGreaterThan(10);
    expect(out.targets.reduce((a, b) => a + b)).toBe(replaced);
    expect(out.ids.includes(maskId)).toBe(false);
  });
  it('refuses samples of another size', () => {
    expect(() => replacedTokens(hard, masked, { samples: [1] })).toThrow('samples, got [6, 62] and 1');
  });
});
