import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf, hardRows, maskId, type RowShape, vocabularySize } from './hard-batch.ts';
import { otherPolicies } from './other-policies.ts';
import { stream } from './stream.ts';

const length = 80;
const anyRow = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 14 }),
    fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 5 }),
  )
  .map(([words, pair]): RowShape => (pair.length > 2 ? { words, pair } : { words }));
const anyRows = fc.array(anyRow, { maxLength: 4 }).map((rows) => [...hardRows, ...rows]);

describe.each(otherPolicies)('contract of other targets: $name', ({ target, run }) => {
  it('pads and specials keep their input and are never a target but for [SEP] as a next token; targets are the originals', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(1_000_000), (rows, seed) => {
        const before = batchOf(rows, length);
        const after = run(before, (row) => stream(seed + row), length);
        const copies = after.shape[0] / before.shape[0];
        for (const [at, id] of after.ids.entries()) {
          const source = Math.floor(at / length / copies) * length + (at % length);
          if (!before.maskable[source]) expect(id).toBe(before.ids[source]);
          expect(id === maskId || (id >= 0 && id < vocabularySize)).toBe(true);
        }
        for (const [slot, weight] of after.weights.entries()) {
          if (!weight) continue;
          const row = Math.floor(slot / after.slots);
          const at = Math.floor(row / copies) * length + (after.targetPositions[slot] as number);
          const goal = after.targets[slot] as number;
          expect(before.attend[at]).toBe(1);
          if (target === 'judged') expect(goal).toBe(after.ids[at] === before.ids[at] ? 0 : 1);
          else expect(goal).toBe(before.ids[at + target]);
          if (target === 1) expect(before.attend[at + 1]).toBe(1);
          else expect(before.maskable[at]).toBe(1);
        }
        // A row with nothing maskable has no target of its own; it may predict [SEP].
        for (let row = copies; row < 2 * copies; row++)
          expect(
            after.weights.subarray(row * after.slots, (row + 1) * after.slots).reduce((a, b) => a + b, 0),
          ).toBeLessThanOrEqual(target === 1 ? 1 : 0);
      }),
      { numRuns: 25, seed: 5 },
    );
  });

  it('an example is the same in any batch', () => {
    fc.assert(
      fc.property(anyRows, fc.nat(1_000_000), fc.nat(5), (rows, seed, cut) => {
        const whole = run(batchOf(rows, length), (row) => stream(seed + row), length);
        const one = batchOf([rows[cut] as RowShape], length);
        // Ids of `batchOf` depend on the number of the row: take those of the whole batch.
        one.ids.set(batchOf(rows, length).ids.subarray(cut * length, (cut + 1) * length));
        const alone = run(one, () => stream(seed + cut), length);
        const copies = alone.shape[0];
        const part = (array: Int32Array | Float32Array, width: number) => [
          ...array.slice(cut * copies * width, (cut + 1) * copies * width),
        ];
        expect([...alone.ids]).toEqual(part(whole.ids, length));
        for (const field of ['targetPositions', 'targets', 'weights'] as const)
          expect([...alone[field]]).toEqual(part(whole[field], whole.slots));
        if (whole.order) expect([...(alone.order ?? [])]).toEqual(part(whole.order, length));
      }),
      { numRuns: 25, seed: 6 },
    );
  });
});
