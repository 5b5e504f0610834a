import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchOf, hardBatch, hardLength, hardRows, padId } from '../contract/hard-batch.ts';
import { stream } from '../contract/stream.ts';
import { dropTokens, type KeptBatch, type MaskableBatch, removeTokens } from '../index.ts';

/** Kept rows hold what stood at their positions, in order, and `restore` leads back. */
function expectFaithful(before: MaskableBatch, kept: KeptBatch): void {
  const [rows, length] = before.shape;
  const width = kept.shape[1];
  let longest = 0;
  for (let row = 0; row < rows; row++) {
    let last = -1;
    let count = 0;
    for (let k = 0; k < width; k++) {
      const place = row * width + k;
      if (!kept.attend[place]) {
        expect([kept.ids[place], kept.maskable[place], kept.wordNumbers[place]]).toEqual([padId, 0, -1]);
        continue;
      }
      count++;
      const from = row * length + (kept.positionIds[place] as number);
      expect(kept.positionIds[place]).toBeGreaterThan(last);
      last = kept.positionIds[place] as number;
      for (const field of ['ids', 'segments', 'maskable', 'wordNumbers'] as const)
        expect(kept[field][place]).toBe(before[field][from]);
      expect(kept.restore[from]).toBe(k);
    }
    longest = Math.max(longest, count);
    const back = kept.restore.subarray(row * length, (row + 1) * length).filter((column) => column < width);
    expect(back).toHaveLength(count);
    for (let column = 0; column < length; column++)
      if (before.attend[row * length + column] && !before.maskable[row * length + column])
        expect(kept.restore[row * length + column]).toBeLessThan(width);
  }
  expect(width).toBe(longest);
}

const rate = fc.double({ min: 0, max: 1, noNaN: true });

describe('removeTokens', () => {
  it('keeps special tokens and at least one token at any rate; removed tokens are the targets', () => {
    fc.assert(
      fc.property(rate, fc.nat(1000), (share, seed) => {
        const before = hardBatch();
        const { kept, targets } = removeTokens(before, { rate: share, padId, randomOf: (row) => stream(seed + row) });
        expectFaithful(before, kept);
        for (let row = 0; row < before.shape[0]; row++) {
          const n = before.maskable.subarray(row * hardLength, (row + 1) * hardLength).reduce((a, b) => a + b, 0);
          const removed = targets.weights
            .subarray(row * targets.slots, (row + 1) * targets.slots)
            .reduce((a, b) => a + b, 0);
          expect(removed).toBe(Math.min(Math.max(0, n - 1), Math.floor(Number((share * n).toPrecision(12)) + 0.5)));
        }
        for (const [slot, weight] of targets.weights.entries()) {
          const place = Math.floor(slot / targets.slots) * hardLength + (targets.targetPositions[slot] as number);
          if (weight) expect([kept.restore[place], targets.targets[slot]]).toEqual([kept.shape[1], before.ids[place]]);
        }
      }),
      { numRuns: 40, seed: 3 },
    );
  });
  it('10 tokens at 0.9 keep one, where int(10·(1 − 0.9)) keeps none', () => {
    expect(Math.trunc(10 * (1 - 0.9))).toBe(0);
    const { kept } = removeTokens(batchOf([{ words: new Array(10).fill(1) }], 12), {
      rate: 0.9,
      padId,
      randomOf: () => stream(1),
    });
    expect(kept.shape).toEqual([1, 3]);
  });
  it('every token is removed equally often: 8 tokens at 0.75, 2,000 draws, 4.5 standard errors', () => {
    const before = batchOf([{ words: new Array(8).fill(1) }], 10);
    const removed = new Float64Array(10);
    for (let seed = 0; seed < 2000; seed++) {
      const { kept } = removeTokens(before, { padId, randomOf: () => stream(seed) });
      for (let i = 0; i < 10; i++) if (kept.restore[i] === kept.shape[1]) removed[i] = (removed[i] as number) + 1;
    }
    for (let i = 1; i <= 8; i++)
      expect(Math.abs((removed[i] as number) / 2000 - 0.75)).toBeLessThan(4.5 * Math.sqrt(0.1875 / 2000));
  });
});

describe('dropTokens', () => {
  for (const selection of ['exact', 'bernoulli'] as const) {
    it(`${selection}: never drops a special token, leaves one, keeps positions and segments, pads to the longest`, () => {
      fc.assert(
        fc.property(rate, fc.nat(1000), (share, seed) => {
          const before = batchOf(hardRows, 70);
          const kept = dropTokens(before, { rate: share, selection, padId, randomOf: (row) => stream(seed + row) });
          expectFaithful(before, kept);
          for (let row = 0; row < before.shape[0]; row++) {
            const count = (mask: Uint8Array, length: number) =>
              mask.subarray(row * length, (row + 1) * length).reduce((a, b) => a + b, 0);
            const n = count(before.maskable, 70);
            const left = count(kept.maskable, kept.shape[1]);
            if (n > 0) expect(left).toBeGreaterThanOrEqual(1);
            if (selection === 'exact')
              expect(left).toBe(n - Math.min(Math.max(0, n - 1), Math.floor(Number((share * n).toPrecision(12)))));
          }
        }),
        { numRuns: 40, seed: 4 },
      );
    });
  }
  it('rows are padded to the next bucket, where `restore` says that no token stands; none that is long enough is an error', () => {
    const before = batchOf([{ words: new Array(10).fill(1) }], 12);
    const drop = (buckets?: readonly number[]) =>
      dropTokens(before, { rate: 0.5, padId, randomOf: () => stream(1), ...(buckets && { buckets }) });
    const [plain, padded] = [drop(), drop([4, 10, 12])];
    expect([plain.shape, padded.shape]).toEqual([
      [1, 7],
      [1, 10],
    ]);
    for (const name of ['ids', 'segments', 'attend', 'maskable', 'wordNumbers', 'positionIds'] as const)
      expect([...padded[name].subarray(0, 7)]).toEqual([...plain[name]]);
    expect([...padded.attend.subarray(7), ...padded.ids.subarray(7)]).toEqual([0, 0, 0, padId, padId, padId]);
    expect([...padded.restore]).toEqual(Array.from(plain.restore, (column) => (column === 7 ? 10 : column)));
    expect(() => drop([4, 6])).toThrow('rows that keep 7 tokens do not fit the longest bucket of 4, 6');
  });
  it('bernoulli: the share dropped is the rate, n = 60,000, 4.5 standard errors', () => {
    const before = batchOf([{ words: new Array(60).fill(1) }], hardLength);
    let left = 0;
    for (let seed = 0; seed < 1000; seed++)
      left += dropTokens(before, {
        rate: 0.15,
        selection: 'bernoulli',
        padId,
        randomOf: () => stream(seed),
      }).maskable.reduce((a, b) => a + b);
    expect(Math.abs(1 - left / 60_000 - 0.15)).toBeLessThan(4.5 * Math.sqrt((0.15 * 0.85) / 60_000));
  });
});

it('removeTokens and maskBatch name what is missing or unknown', () => {
  const row = {
    shape: [1, 3] as const,
    ids: Int32Array.of(2, 7, 3),
    segments: new Int32Array(3),
    attend: Uint8Array.of(1, 1, 1),
    maskable: Uint8Array.of(0, 1, 0),
    wordNumbers: Int32Array.of(-1, 0, -1),
  };
  const given = { padId: 0, randomOf: () => ({ next: () => 0 }) };
  const refused = (own: object) => () => removeTokens(row, { ...given, ...own } as unknown as typeof given);
  expect(refused({ rat: 0.5 })).toThrow("there is no option 'rat', did you mean 'rate'?");
  expect(refused({ randomOf: undefined })).toThrow('randomOf must be given, a function');
  expect(refused({ padId: undefined, rate: Number.NaN })).toThrow(
    /padId must be given.*rate must be|rate must be.*padId must be given/,
  );
});
