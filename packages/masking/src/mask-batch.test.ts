import { describe, expect, it } from 'vitest';
import { type MaskableBatch, type MaskOptions, maskBatch, targetEveryToken, tokenBudget, words } from './index.ts';

/** A small generator of its own: tests of one package do not borrow another. */
function stream(seed: number) {
  let state = (seed * 2654435761 + 1) >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
  };
}

/** Rows with [CLS] 2, [SEP] 3, pads 0; one row has nothing maskable, one a single token. */
function batchOf(lengths: readonly number[], length: number): MaskableBatch {
  const size = lengths.length * length;
  const out = {
    shape: [lengths.length, length] as const,
    ids: new Int32Array(size),
    segments: new Int32Array(size),
    attend: new Uint8Array(size),
    maskable: new Uint8Array(size),
    wordNumbers: new Int32Array(size).fill(-1),
  };
  for (const [row, count] of lengths.entries()) {
    const begin = row * length;
    out.ids[begin] = 2;
    out.ids[begin + count + 1] = 3;
    out.attend.fill(1, begin, begin + count + 2);
    for (let i = 1; i <= count; i++) {
      out.ids[begin + i] = 10 + ((row * 31 + i * 7) % 90);
      out.maskable[begin + i] = 1;
      out.wordNumbers[begin + i] = i - 1;
    }
  }
  return out;
}

const batch = batchOf([60, 0, 1, 30, 62], 64);
const options = (more: Partial<MaskOptions> = {}): MaskOptions => ({
  maskId: 4,
  candidates: { from: 5, to: 105 },
  randomOf: (row) => stream(row + 1),
  ...more,
});

describe('maskBatch', () => {
  for (const selection of ['exact', 'bernoulli'] as const) {
    it(`${selection}: pads and specials untouched, targets are the originals, only chosen inputs change`, () => {
      const out = maskBatch(batch, options({ selection, rate: 0.5 }));
      const chosen = new Set<number>();
      for (let row = 0; row < 5; row++) {
        for (let slot = 0; slot < out.slots; slot++) {
          const t = row * out.slots + slot;
          if (!out.weights[t]) continue;
          const place = row * 64 + (out.targetPositions[t] as number);
          expect(batch.maskable[place]).toBe(1);
          expect(out.targets[t]).toBe(batch.ids[place]);
          chosen.add(place);
        }
      }
      for (const [place, id] of out.ids.entries()) if (!chosen.has(place)) expect(id).toBe(batch.ids[place]);
      expect(chosen.size).toBeGreaterThan(40);
    });

    it(`${selection}: rates 0.15 and 80/10/10 within 4.5 standard errors`, () => {
      let [chosen, masked, kept, total] = [0, 0, 0, 0];
      for (let epoch = 0; epoch < 400; epoch++) {
        const out = maskBatch(
          batch,
          options({ selection, atLeastOne: false, randomOf: (row) => stream(epoch * 100 + row + 9) }),
        );
        total += 153;
        for (const [t, weight] of out.weights.entries()) {
          if (!weight) continue;
          chosen++;
          const id = out.ids[Math.floor(t / out.slots) * 64 + (out.targetPositions[t] as number)];
          if (id === 4) masked++;
          else if (id === out.targets[t]) kept++;
        }
      }
      // n = 61,200 tokens; stochastic rounding varies less than the binomial, so the binomial bound holds for both.
      expect(Math.abs(chosen / total - 0.15)).toBeLessThan(4.5 * Math.sqrt((0.15 * 0.85) / total));
      expect(Math.abs(masked / chosen - 0.8)).toBeLessThan(4.5 * Math.sqrt(0.16 / chosen));
      // 1 in 100 random draws is the original id again.
      expect(Math.abs(kept / chosen - 0.101)).toBeLessThan(4.5 * Math.sqrt(0.09 / chosen));
    });
  }

  it('a row keeps its mask in any batch', () => {
    const whole = maskBatch(batch, options());
    const one = {
      ...batch,
      shape: [1, 64] as const,
      ids: batch.ids.slice(192, 256),
      segments: batch.segments.slice(192, 256),
      attend: batch.attend.slice(192, 256),
      wordNumbers: batch.wordNumbers.slice(192, 256),
      maskable: batch.maskable.slice(192, 256),
    };
    const alone = maskBatch(one, options({ randomOf: () => stream(4) }));
    expect([...alone.ids]).toEqual([...whole.ids.slice(192, 256)]);
  });

  it('rate 0 chooses nothing, rate 1 everything', () => {
    expect(maskBatch(batch, options({ rate: 0 })).weights.some((w) => w !== 0)).toBe(false);
    expect(maskBatch(batch, options({ rate: 1 })).weights.reduce((a, b) => a + b)).toBe(153);
  });

  it('every pair of 8 tokens is chosen equally often: χ² over 14,000 draws below 63.2 (p = 10⁻⁴, 27 degrees of freedom)', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 14_000; seed++) {
      const { targetPositions } = maskBatch(
        batchOf([8], 10),
        options({ rate: 0.25, rounding: 'floor', slots: 2, randomOf: () => stream(seed) }),
      );
      counts.set(targetPositions.join(), (counts.get(targetPositions.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(28);
    expect([...counts.values()].reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0)).toBeLessThan(63.2);
  });

  it('a rate by row', () => {
    const out = maskBatch(batch, options({ rate: (row) => (row === 3 ? 1 : 0) }));
    const perRow = Array.from({ length: 5 }, (_, row) =>
      out.weights.subarray(row * out.slots, (row + 1) * out.slots).reduce((a, b) => a + b),
    );
    expect(perRow).toEqual([0, 0, 0, 30, 0]);
    expect(() => maskBatch(batch, options({ rate: () => 2 }))).toThrow('rate must be in [0, 1], got 2 for row 0');
  });

  it('skip takes a shorter unit, split cuts the last one, at least one takes a whole unit over the count', () => {
    // Two words of 3 and 1 tokens; the stream begins with the longer one.
    const two = { ...batchOf([4], 6), wordNumbers: Int32Array.of(-1, 0, 0, 0, 1, -1) };
    const first = () => ({ next: () => 0 });
    const chosen = (more: Partial<MaskOptions>) => {
      const out = maskBatch(two, options({ units: words, rounding: 'floor', randomOf: first, ...more }));
      return [...out.targetPositions].filter((_, slot) => out.weights[slot]);
    };
    expect(chosen({ rate: 0.5 })).toEqual([4]);
    expect(chosen({ rate: 0.5, overflow: 'split' })).toEqual([1, 2]);
    const one = { ...two, wordNumbers: Int32Array.of(-1, 0, 0, 0, 0, -1) };
    const alone = (atLeastOne: boolean) =>
      maskBatch(one, options({ units: words, rate: 0.5, atLeastOne, randomOf: first })).weights.reduce((a, b) => a + b);
    expect([alone(true), alone(false)]).toEqual([4, 0]);
  });

  it('the base with special tokens may ask for more: 15 % of 16 is 2, of 18 with [CLS] and [SEP] 3', () => {
    const count = (length: number, base: 'maskable' | 'attended') =>
      maskBatch(batchOf([length], 64), options({ base, rounding: 'halfEven' })).weights.reduce((a, b) => a + b);
    expect([count(18, 'maskable'), count(18, 'attended')]).toEqual([3, 3]);
    expect([count(16, 'maskable'), count(16, 'attended')]).toEqual([2, 3]);
  });

  it('predicts a part of what it corrupts: the rest stays changed', () => {
    const out = maskBatch(
      batch,
      options({ rate: 1, predictionRate: 0.5, replacement: { mask: 1, random: 0, keep: 0 } }),
    );
    expect(out.ids.filter((id) => id === 4)).toHaveLength(153);
    const predicted = out.weights.reduce((a, b) => a + b);
    // 60, 30 and 62 are halved exactly, the single token keeps its target.
    expect(predicted).toBe(30 + 1 + 15 + 31);
  });

  it('names every wrong option', () => {
    expect(() =>
      maskBatch(batch, options({ rate: 1.5, replacement: { mask: 1, random: 0.5, keep: 0 }, slots: 0 })),
    ).toThrow(
      'rate must be in [0, 1], got 1.5; replacement shares must be ≥ 0 and sum to 1, got 1 + 0.5 + 0; slots must be a positive integer, got 0',
    );
  });

  it('refuses arrays that do not fit the shape', () => {
    expect(() => maskBatch({ ...batch, ids: new Int32Array(3), wordNumbers: new Int32Array(4) }, options())).toThrow(
      'ids must hold 5·64 = 320 entries, got 3; wordNumbers must hold 5·64 = 320 entries, got 4',
    );
    expect(() => targetEveryToken(batch, { slots: -1 })).toThrow('slots must be a positive integer, got -1');
  });
  it('refuses unknown options and values, naming those there are', () => {
    const wrong = {
      selection: 'some',
      overflow: 'cut',
      ratee: 1,
      predictionRate: 0.5,
      maskId: -1,
    } as unknown as MaskOptions;
    expect(() => maskBatch(batch, options({ ...wrong, candidates: { from: 9, to: 9 } }))).toThrow(
      /'ratee' is no option; there are about, .*selection must be one of exact, bernoulli, got some; overflow must be one of skip, split, got cut; predictionRate must be at most rate 0.15, got 0.5: mask makes the copies that predict more; maskId must be an integer ≥ 0, got -1; candidates must hold at least one id, got 9 to 9/,
    );
  });
});

describe('tokenBudget', () => {
  it('rounds as named: Python and JavaScript differ at halves', () => {
    const budget = (count: number, rounding: 'halfEven' | 'halfUp' | 'floor' | 'ceil') =>
      tokenBudget(count, { rate: 0.15, rounding, atLeastOne: false, limit: 99, random: stream(1) });
    expect([30, 70, 510].map((n) => budget(n, 'halfEven'))).toEqual([4, 10, 76]);
    expect([30, 70].map((n) => budget(n, 'halfUp'))).toEqual([5, 11]);
    expect([budget(20, 'ceil'), budget(20, 'floor')]).toEqual([3, 3]);
  });
  it('is not misled by binary fractions: 0.07·100 is 7.000000000000001, 0.29·100 is 28.999999999999996', () => {
    expect([0.07 * 100 > 7, 0.29 * 100 < 29]).toEqual([true, true]);
    const rest = { atLeastOne: false, limit: 100, random: stream(1) };
    expect(tokenBudget(100, { rate: 0.07, rounding: 'ceil', ...rest })).toBe(7);
    expect(tokenBudget(100, { rate: 0.29, rounding: 'floor', ...rest })).toBe(29);
    expect(tokenBudget(30, { rate: 0.15, rounding: 'stochastic', ...rest, random: { next: () => 0.5 } })).toBe(5);
  });
});

describe('targetEveryToken', () => {
  it('leaves inputs alone and targets each maskable token once', () => {
    const out = targetEveryToken(batch);
    expect(out.slots).toBe(62);
    expect([...out.ids]).toEqual([...batch.ids]);
    expect(out.weights.reduce((a, b) => a + b)).toBe(153);
    expect([...out.targets.slice(0, 60)]).toEqual([...batch.ids.slice(1, 61)]);
  });
});
