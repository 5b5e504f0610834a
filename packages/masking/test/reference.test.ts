import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildPmiVocabulary, spanLengths, tokenBudget } from '../src/index.ts';

/** Written by tooling/oracles/masking_reference.py: Python, SciPy, exact fractions. */
const reference = JSON.parse(readFileSync(new URL('../fixtures/reference.json', import.meta.url), 'utf8')) as {
  counts: Record<string, number[]>;
  spans: { p: number; max: number; shares: number[]; mean: number }[];
  quantiles: Record<string, number>;
  pmi: {
    sentences: string[];
    totals: number[];
    entries: { words: string; count: number; pmi: number; pmi2: number }[];
  };
};

describe("equal to Python's references", () => {
  it("Google BERT's counts of 1 to 512 tokens at five rates", () => {
    for (const [rate, counts] of Object.entries(reference.counts))
      for (const [i, count] of counts.entries()) {
        const options = { rate: Number(rate), rounding: 'halfEven', atLeastOne: true, limit: 512 } as const;
        expect(tokenBudget(i + 1, { ...options, random: { next: () => 0 } }), `${i + 1} at ${rate}`).toBe(count);
      }
  });

  it("span lengths of SciPy's geometric law, renormalised", () => {
    for (const { p, max, shares, mean } of reference.spans) {
      const ours = spanLengths({ p, max });
      for (const [i, share] of shares.entries()) expect(ours[i]).toBeCloseTo(share, 12);
      expect(ours.reduce((sum, share, i) => sum + share * (i + 1), 0)).toBeCloseTo(mean, 10);
    }
  });

  it('the χ² limits that the tests state', () => {
    const stated = { 3: 21.1, 6: 27.9, 9: 33.7, 27: 63.2 };
    for (const [degrees, limit] of Object.entries(stated))
      expect(Math.abs((reference.quantiles[degrees] as number) - limit)).toBeLessThan(0.1);
  });

  for (const [field, numeratorPower] of [
    ['pmi', 1],
    ['pmi2', 2],
  ] as const) {
    it(`PMI in exact fractions, numerator power ${numeratorPower}`, () => {
      const { sentences, totals, entries } = reference.pmi;
      const built = buildPmiVocabulary(() => sentences.map((sentence) => [...sentence]), {
        minimum: 2,
        numeratorPower,
      });
      expect(built.totals).toEqual(totals);
      expect(built.entries).toHaveLength(entries.length);
      const ours = new Map(built.entries.map((entry) => [entry.words.join(''), entry]));
      for (const { words, count, [field]: score } of entries) {
        expect(ours.get(words)?.count, words).toBe(count);
        expect(ours.get(words)?.score, words).toBeCloseTo(score, 10);
      }
    });
  }
});
