import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchOf,
  firstId,
  hardBatch,
  hardLength,
  hardRows,
  maskId,
  type RowShape,
  vocabularySize,
} from '../src/contract/hard-batch.ts';
import { stream } from '../src/contract/stream.ts';
import { maskingContract } from '../src/contract.ts';
import {
  binomialBound,
  countMasking,
  type MaskableBatch,
  type MaskedBatch,
  type MaskPolicy,
  mask40,
  maskBatch,
  policy,
  type TargetPolicy,
  targetEveryToken,
  tokens,
} from '../src/index.ts';
import { policies, similar } from './policies.ts';

const run = (policy: MaskPolicy, batch: MaskableBatch, seed: number): MaskedBatch =>
  maskBatch(batch, {
    ...policy,
    maskId,
    candidates: { from: firstId, to: vocabularySize },
    slots: hardLength,
    randomOf: (row) => stream(seed * 1009 + row),
  });

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
  it('keeps the contract', () => {
    expect(maskingContract(named.policy)).toEqual([]);
  });

  it('any rate and any room: never more targets than slots or than maskable tokens, rate 0 none, rate 1 all, dropped tokens unchanged', () => {
    const anyRate = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(anyRows, anySeed, anyRate, fc.integer({ min: 1, max: 80 }), (rows, seed, rate, slots) => {
        const before = batchOf(rows, 80);
        const { predictionRate: _, ...policy } = named.policy;
        const after = maskBatch(before, {
          ...policy,
          rate,
          slots,
          maskId,
          similar,
          candidates: { from: firstId, to: vocabularySize },
          randomOf: (row) => stream(seed + row),
        });
        expect(after.slots).toBe(slots);
        const { corruptedOnly } = countMasking([{ before, after }], { maskId });
        expect(corruptedOnly).toBe(0);
        for (let row = 0; row < rows.length; row++) {
          const sum = (array: Uint8Array | Float32Array, width: number) => {
            let total = 0;
            for (let place = row * width; place < (row + 1) * width; place++) total += array[place] as number;
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
});

describe('the contract finds policies that break it', () => {
  const careless = (targetsOf: TargetPolicy['targetsOf']): TargetPolicy => ({
    name: 'careless',
    about: 'breaks it',
    kind: 'own' as const,
    room: (_: number, maskable: number) => maskable,
    targetsOf,
  });
  const problemsOf = (targetsOf: TargetPolicy['targetsOf']) => maskingContract(careless(targetsOf)).join('; ');

  it('touched specials and pads, and targets without room', () => {
    const all = problemsOf((batch, setting) =>
      targetEveryToken({ ...batch, maskable: new Uint8Array(batch.ids.length).fill(1) }, { slots: setting.slots }),
    );
    expect(all).toMatch(/touches \d+ pads/);
    expect(all).toMatch(/touches \d+ special tokens/);
    expect(all).toMatch(/full rows of 40 tokens have more than the 38 targets/);
  });

  it('wrong targets, a batch that was changed, columns that fall', () => {
    expect(
      problemsOf((batch, { slots }) => {
        const out = targetEveryToken(batch, { slots });
        return { ...out, targets: out.targets.map((id, i) => (out.weights[i] ? id + 1 : id)) };
      }),
    ).toMatch(/targets are not the original tokens/);
    expect(
      problemsOf((batch, { slots }) => {
        batch.ids[1] = maskId;
        return targetEveryToken(batch, { slots });
      }),
    ).toMatch(/it changes the batch it is given/);
    expect(
      problemsOf((batch, { slots }) => {
        const out = targetEveryToken(batch, { slots });
        const [a, b] = [out.targetPositions[0] as number, out.targetPositions[1] as number];
        out.targetPositions.set([b, a]);
        out.targets.set([batch.ids[b] as number, batch.ids[a] as number]);
        return out;
      }),
    ).toMatch(/they must rise/);
  });

  it('randomness of its own, and one stream for all rows', () => {
    let state = 1;
    const policy = { ...mask40, units: { cut: tokens.cut } };
    const own = { next: () => (state = (state * 16807) % 2147483647) / 2147483647 };
    const { maskId: id, candidates } = { maskId, candidates: { from: firstId, to: vocabularySize } };
    expect(
      problemsOf((batch, { slots }) =>
        maskBatch(batch, { ...policy, maskId: id, candidates, slots: slots ?? 1, randomOf: () => own }),
      ),
    ).toMatch(/differ though the streams are the same.*the mask depends on the batch/s);
    expect(
      problemsOf((batch, { slots }) => {
        const shared = stream(5);
        return maskBatch(batch, { ...policy, maskId: id, candidates, slots: slots ?? 1, randomOf: () => shared });
      }),
    ).toMatch(/the mask depends on the batch/);
  });

  it('a rate that is not the one stated, and units that do not rise', () => {
    const chosen = (rate: number) =>
      policy({ name: 'few', rate, choose: (count) => [0, 1, 2].filter((i) => i < count * rate) });
    expect(maskingContract(chosen(0.5)).join()).toMatch(/it predicts \d+\.\d+ % of .* its rate asks for 50\.00/);
    expect(maskingContract({ ...mask40, units: { cut: () => Number.NaN } })[0]).toMatch(/throws|predicts/);
  });

  it('2 % random replacement instead of 10 % (a second draw of 0.1 from the rest) is outside the bound', () => {
    const before = hardBatch();
    const pairs = Array.from({ length: 300 }, (_, seed) => ({
      before,
      after: run({ rate: 0.5, replacement: { mask: 0.8, random: 0.02, keep: 0.18 } }, before, seed),
    }));
    const { replaced, predicted } = countMasking(pairs, { maskId });
    expect(Math.abs(replaced / predicted - 0.1)).toBeGreaterThan(binomialBound({ share: 0.1, n: predicted }));
  });
});
