import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialBound, countMasking, type MaskableBatch, type MaskedBatch, maskBatch } from '../src/index.ts';
import {
  batchOf,
  firstId,
  hardBatch,
  hardLength,
  hardRows,
  maskId,
  type RowShape,
  vocabularySize,
} from './hard-batch.ts';
import { type NamedPolicy, policies, similar } from './policies.ts';
import { stream } from './stream.ts';

const run = ({ policy }: NamedPolicy, batch: MaskableBatch, seed: number, first = 0): MaskedBatch =>
  maskBatch(batch, {
    ...policy,
    maskId,
    candidates: { from: firstId, to: vocabularySize },
    similar,
    slots: hardLength,
    randomOf: (row) => stream(seed * 1009 + first + row),
  });

/** Rows `from..to` of a batch. */
function slice({ shape: [, length], ...arrays }: MaskableBatch, from: number, to: number): MaskableBatch {
  const part = <T extends Int32Array | Uint8Array>(array: T) => array.slice(from * length, to * length) as T;
  return {
    shape: [to - from, length],
    ids: part(arrays.ids),
    segments: part(arrays.segments),
    attend: part(arrays.attend),
    maskable: part(arrays.maskable),
    wordNumbers: part(arrays.wordNumbers),
  };
}

const anyRow = fc
  .record({
    words: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 14 }),
    pair: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 5 }),
    two: fc.boolean(),
  })
  .map(({ words, pair, two }): RowShape => (two ? { words, pair } : { words }));
/** Random rows, always beside the hard ones. */
const anyRows = fc.array(anyRow, { maxLength: 4 }).map((rows) => [...hardRows, ...rows]);
const anySeed = fc.nat(1_000_000);

describe.each(policies)('policy contract: $name', (named) => {
  it('touches no pad and no special token; targets are the originals, in order of column; what has no target is unchanged unless the policy predicts less than it corrupts', () => {
    fc.assert(
      fc.property(anyRows, anySeed, (rows, seed) => {
        const before = batchOf(rows, 80);
        const after = run(named, before, seed);
        const counts = countMasking([{ before, after }], { maskId });
        expect(counts).toMatchObject({ specialsTouched: 0, padsTouched: 0, wrongTargets: 0 });
        if (named.policy.predictionRate === undefined) expect(counts.corruptedOnly).toBe(0);
        for (let row = 0; row < after.shape[0]; row++) {
          let last = 0;
          for (let slot = row * after.slots; slot < (row + 1) * after.slots; slot++) {
            if (!after.weights[slot]) continue;
            expect(after.targetPositions[slot]).toBeGreaterThan(last);
            last = after.targetPositions[slot] as number;
          }
        }
        for (const id of after.ids) expect(id >= 0 && id < vocabularySize).toBe(true);
        expect([...before.ids]).toEqual([...batchOf(rows, 80).ids]);
      }),
      { numRuns: 25, seed: 1 },
    );
  });

  it('an example has the same mask in any batch, at any place', () => {
    fc.assert(
      fc.property(anyRows, anySeed, fc.nat(5), (rows, seed, cut) => {
        const batch = batchOf(rows, 80);
        const whole = run(named, batch, seed);
        const at = Math.min(cut, rows.length);
        const parts = [[0, at] as const, [at, rows.length] as const].filter(([from, to]) => to > from);
        const pieces = parts.map(([from, to]) => run(named, slice(batch, from, to), seed, from));
        for (const field of ['ids', 'targetPositions', 'targets', 'weights'] as const)
          expect(pieces.flatMap((piece) => [...piece[field]])).toEqual([...whole[field]]);
      }),
      { numRuns: 15, seed: 2 },
    );
  });

  it('any rate and any room: never more targets than slots or than maskable tokens, rate 0 none, rate 1 all, dropped tokens unchanged', () => {
    const anyRate = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(anyRows, anySeed, anyRate, fc.integer({ min: 1, max: 80 }), (rows, seed, rate, slots) => {
        const before = batchOf(rows, 80);
        const { predictionRate: _, ...policy } = named.policy;
        const after = maskBatch(before, {
          ...policy,
          ...{ rate, slots, maskId, similar, candidates: { from: firstId, to: vocabularySize } },
          randomOf: (row) => stream(seed + row),
        });
        expect(after.slots).toBe(slots);
        const { corruptedOnly } = countMasking([{ before, after }], { maskId });
        expect(corruptedOnly).toBe(0);
        for (let row = 0; row < rows.length; row++) {
          const sum = (array: Uint8Array | Float32Array, width: number) => {
            let total = 0;
            for (let at = row * width; at < (row + 1) * width; at++) total += array[at] as number;
            return total;
          };
          const [maskable, chosen] = [sum(before.maskable, 80), sum(after.weights, slots)];
          expect(chosen).toBeLessThanOrEqual(Math.min(slots, maskable));
          if (rate === 0) expect(chosen).toBe(0);
          if (rate === 1 && slots >= maskable) expect(chosen).toBe(maskable);
          const least = policy.atLeastOne ?? policy.selection !== 'bernoulli';
          if (least && rate > 0 && maskable > 0) expect(chosen).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  it('the realised rate is what was asked, within 4.5 standard errors of a binomial', () => {
    const { policy, mean } = named;
    const rate = policy.predictionRate ?? (policy.rate as number | undefined) ?? 0.15;
    const before = hardBatch();
    const draws = 400;
    const totals = { maskable: 0, predicted: 0 };
    const perRow = new Float64Array(before.shape[0]);
    for (let seed = 0; seed < draws; seed++) {
      const after = run(named, before, seed);
      const counts = countMasking([{ before, after }], { maskId });
      totals.maskable += counts.maskable;
      totals.predicted += counts.predicted;
      for (const [slot, weight] of after.weights.entries())
        perRow[Math.floor(slot / after.slots)] = (perRow[Math.floor(slot / after.slots)] as number) + weight;
    }
    // n = 400 · maskable tokens; units of up to m tokens vary no more than n/m independent draws, exact counts less than n.
    const bound = binomialBound({ share: rate, n: totals.maskable / (named.longest ?? 1) });
    const share = totals.predicted / totals.maskable;
    if (mean === 'exact') expect(Math.abs(share - rate)).toBeLessThanOrEqual(bound + 1e-12);
    for (let row = 0; row < before.shape[0]; row++) {
      const [maskable, attended] = [before.maskable, before.attend].map((mask) =>
        mask.subarray(row * hardLength, (row + 1) * hardLength).reduce((a, b) => a + b, 0),
      ) as [number, number];
      const chosen = (perRow[row] as number) / draws;
      if (maskable === 0) expect(chosen).toBe(0);
      // The counts of exact policies: at most one more than the share of the base, or one whole unit when all are longer.
      if (mean === 'below' && maskable > 9) {
        expect(chosen).toBeLessThanOrEqual(rate * attended + 1);
        expect(chosen).toBeGreaterThan(rate * maskable - 4);
      }
      if (mean === 'below' && maskable > 0) expect(chosen).toBeGreaterThanOrEqual(1);
    }
  });
});

describe('the contract finds policies that break it', () => {
  it('a policy that ignores what is maskable touches specials and pads', () => {
    const before = hardBatch();
    const careless = { ...before, maskable: new Uint8Array(before.maskable.length).fill(1) };
    const after = run(policies[0] as NamedPolicy, careless, 3);
    const counts = countMasking([{ before, after }], { maskId });
    expect(counts.specialsTouched + counts.padsTouched).toBeGreaterThan(5);
  });

  it('a policy that reads one stream for all rows depends on the batch', () => {
    const batch = hardBatch();
    const shared = (part: MaskableBatch) => {
      const random = stream(5);
      return maskBatch(part, { maskId, candidates: { from: firstId, to: vocabularySize }, randomOf: () => random });
    };
    expect([...shared(slice(batch, 4, 6)).ids]).not.toEqual([...shared(batch).ids.slice(4 * hardLength)]);
  });

  it('2 % random replacement instead of 10 % (a second draw of 0.1 from the rest) is outside the bound', () => {
    const before = hardBatch();
    const pairs = Array.from({ length: 300 }, (_, seed) => ({
      before,
      after: run(
        { name: '', mean: 'exact', policy: { rate: 0.5, replacement: { mask: 0.8, random: 0.02, keep: 0.18 } } },
        before,
        seed,
      ),
    }));
    const { replaced, predicted } = countMasking(pairs, { maskId });
    expect(Math.abs(replaced / predicted - 0.1)).toBeGreaterThan(binomialBound({ share: 0.1, n: predicted }));
  });
});
