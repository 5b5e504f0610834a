import { describe, expect, it } from 'vitest';
import { accuracy, bootstrapInterval, macroF1, mcnemar, perplexity } from './index.ts';

/** Knuth's linear congruential generator, high bits. */
function stream(seed: number) {
  let state = BigInt(seed) + 12345n;
  return {
    next: () => (
      (state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn),
      Number(state >> 32n) / 4294967296
    ),
  };
}

describe('metrics', () => {
  it('accuracy counts equal labels and refuses lists of different length', () => {
    expect(accuracy([1, 2, 3, 3], [1, 2, 2, 3])).toBe(0.75);
    expect(() => accuracy([1], [])).toThrow('got 1 and 0');
  });

  it('macro F1 equals scikit-learn: f1_score([0,1,2,0,1,2],[0,2,1,0,0,1],average="macro") = 0.26666666666666666', () => {
    expect(macroF1([0, 2, 1, 0, 0, 1], [0, 1, 2, 0, 1, 2])).toBeCloseTo(0.26666666666666666, 12);
  });

  it('perplexity of a uniform guess over k is k; micro and macro differ on sentences of different length', () => {
    expect(perplexity([[Math.log(1 / 7), Math.log(1 / 7)], [Math.log(1 / 7)]])).toBeCloseTo(7, 10);
    const uneven = [[-1, -1, -1], [-3]];
    expect(perplexity(uneven)).toBeCloseTo(Math.exp(6 / 4), 12);
    expect(perplexity(uneven, 'macro')).toBeCloseTo(Math.exp(2), 12);
    expect(() => perplexity([[]])).toThrow('at least one token');
  });
});

describe('uncertainty', () => {
  it('a 95 % bootstrap interval holds the truth in 95 % of 300 simulations (binomial bound 4.5 standard errors)', () => {
    const random = stream(1);
    let held = 0;
    for (let trial = 0; trial < 300; trial++) {
      const values = Array.from({ length: 200 }, () => (random.next() < 0.6 ? 1 : 0));
      const { low, high } = bootstrapInterval(values, { samples: 400, random });
      if (low <= 0.6 && 0.6 <= high) held++;
    }
    expect(Math.abs(held / 300 - 0.95)).toBeLessThan(4.5 * Math.sqrt((0.95 * 0.05) / 300));
  });

  it('McNemar equals scipy.stats.binomtest(2, 12).pvalue = 0.03857421875', () => {
    const a = [...Array(10).fill(true), ...Array(2).fill(false), true];
    const b = [...Array(10).fill(false), ...Array(2).fill(true), true];
    expect(mcnemar(a, b)).toEqual({ onlyA: 10, onlyB: 2, p: expect.closeTo(0.03857421875, 10) });
  });
});
