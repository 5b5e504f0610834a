import { describe, expect, it } from 'vitest';
import { binomialBound, countMasking, type MaskableBatch, type MaskedBatch } from '../index.ts';

// [CLS] a b c d [SEP] in the first row; e and a pad in the second, which has no target.
const before: MaskableBatch = {
  shape: [2, 6],
  ids: Int32Array.of(2, 10, 11, 12, 13, 3, 2, 14, 3, 0, 0, 0),
  segments: new Int32Array(12),
  attend: Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0),
  maskable: Uint8Array.of(0, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0),
  wordNumbers: new Int32Array(12),
};
const after = (ids: Record<number, number>, targets: readonly (readonly [number, number])[]): MaskedBatch => {
  const out = {
    ...before,
    slots: 6,
    ids: before.ids.slice(),
    targetPositions: new Int32Array(12),
    targets: new Int32Array(12),
    weights: new Float32Array(12),
  };
  for (const [place, id] of Object.entries(ids)) out.ids[Number(place)] = id;
  for (const [slot, [column, target]] of targets.entries()) {
    out.targetPositions[slot] = column;
    out.targets[slot] = target;
    out.weights[slot] = 1;
  }
  return out;
};
const count = (...args: Parameters<typeof after>) => countMasking([{ before, after: after(...args) }], { maskId: 4 });

describe('countMasking', () => {
  it('tells masked, replaced, kept and corrupted only apart, and counts runs', () => {
    const counts = count({ 1: 4, 2: 99, 4: 98 }, [
      [1, 10],
      [2, 11],
    ]);
    expect(counts).toMatchObject({
      rows: 2,
      rowsWithout: 1,
      maskable: 5,
      predicted: 2,
      masked: 1,
      replaced: 1,
      kept: 0,
      corruptedOnly: 1,
    });
    expect(counts.spans).toEqual([0, 1, 1]);
    expect(counts.columns.map(({ maskable }) => maskable)).toEqual([0, 2, 1, 1, 1, 0]);
    expect(counts.columns.map(({ predicted }) => predicted)).toEqual([0, 1, 1, 0, 0, 0]);
    expect(count({}, [[3, 12]])).toMatchObject({ kept: 1, wrongTargets: 0 });
  });
  it('finds touched specials, touched pads and wrong targets; runs may end with the row', () => {
    expect(count({ 5: 4 }, [])).toMatchObject({ specialsTouched: 1, padsTouched: 0, spans: [0, 1] });
    expect(count({ 10: 4, 11: 4 }, [])).toMatchObject({ specialsTouched: 0, padsTouched: 2, spans: [0, 0, 1] });
    expect(count({}, [[0, 2]])).toMatchObject({ specialsTouched: 1 });
    expect(count({}, [[1, 77]])).toMatchObject({ wrongTargets: 1 });
  });
  it('refuses rows that do not belong together', () => {
    expect(() => countMasking([{ before, after: { ...after({}, []), shape: [3, 6] } }], { maskId: 4 })).toThrow(
      '[3, 6] is no copy of [2, 6]',
    );
  });
});

describe('binomialBound', () => {
  it('is z standard errors', () => {
    expect(binomialBound({ share: 0.5, n: 100 })).toBeCloseTo(4.5 * 0.05, 12);
    expect(binomialBound({ share: 0.1, n: 900, z: 2 })).toBeCloseTo(0.02, 12);
  });
});
