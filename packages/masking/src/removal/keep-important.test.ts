import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchOf, hardRows, maskId } from '../contract/hard-batch.ts';
import { stream } from '../contract/stream.ts';
import { bert, keepImportant, mask } from '../index.ts';

const setting = (seed: number) => ({
  maskId,
  candidates: { from: 5, to: 90 },
  randomOf: (row: number) => stream(seed * 100 + row),
});

it('keeps special tokens and targets, then the most important, as many in every row, and says where each place went', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 0.3, max: 1, noNaN: true }), (seed, share) => {
      const before = batchOf(hardRows, 70);
      const [rows, length] = before.shape;
      const importance = Float64Array.from({ length: 2000 }, (_, id) => Math.sin(id * (seed + 1)));
      const masked = mask(before, bert, { ...setting(seed), slots: length });
      const { kept, count, restore } = keepImportant(before, masked, { importance, share });
      expect(count).toBe(Math.ceil(Number((share * length).toPrecision(12))));
      for (let row = 0; row < rows; row++) {
        const own = Array.from(kept.subarray(row * count, (row + 1) * count));
        expect(own).toEqual([...new Set(own)].sort((a, b) => a - b));
        const targets = new Set<number>();
        for (let slot = row * length; slot < (row + 1) * length; slot++)
          if (masked.weights[slot]) targets.add(masked.targetPositions[slot] as number);
        const at = (values: ArrayLike<number>, column: number) => values[row * length + column] as number;
        const must = Array.from({ length }, (_, column) => column).filter(
          (column) => at(before.attend, column) && (!at(before.maskable, column) || targets.has(column)),
        );
        // No row of these has more of them than stay.
        if (must.length <= count) for (const column of must) expect(own).toContain(column);
        const rank = (column: number) => importance[at(before.ids, column)] as number;
        const free = Array.from({ length }, (_, column) => column).filter((column) => !must.includes(column));
        const [inside, outside] = [true, false].map((is) => free.filter((column) => own.includes(column) === is));
        for (const chosen of inside ?? [])
          for (const other of outside ?? []) {
            if (!at(before.attend, chosen)) expect(at(before.attend, other)).toBe(0);
            else if (at(before.attend, other)) expect(rank(chosen)).toBeGreaterThanOrEqual(rank(other));
          }
        for (let column = 0; column < length; column++) {
          const to = at(restore, column);
          expect(own.includes(column) ? own[to] : to - count).toBe(column);
        }
      }
    }),
    { numRuns: 40, seed: 6 },
  );
});

it('refuses what does not fit', () => {
  const batch = batchOf([{ words: [1, 1] }], 4);
  const masked = mask(batch, bert, setting(1));
  expect(() => keepImportant(batch, masked, { importance: [Number.NaN] })).toThrow('got NaN for id 0');
  expect(() => keepImportant(batch, masked, { importance: [], share: 0 })).toThrow('share must be a number above 0');
  expect(() => keepImportant(batchOf([{ words: [1] }], 3), masked, { importance: [] })).toThrow('[1, 3], got [1, 4]');
});
