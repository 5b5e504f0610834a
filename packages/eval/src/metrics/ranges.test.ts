import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../test/stream.ts';
import {
  accuracy,
  alignment,
  bleu,
  calibration,
  classScores,
  cosineSimilarity,
  errorRate,
  evaluateSts,
  exactMatch,
  figureOverSeeds,
  macroF1,
  matthewsCorrelation,
  mcnemar,
  meanCosine,
  microF1,
  pairedBootstrap,
  pairedPermutation,
  pairedT,
  partitionIsotropy,
  pearsonCorrelation,
  rouge,
  spearmanCorrelation,
  uniformity,
  wilcoxon,
} from '../index.ts';

/** Rounding that a figure may lie outside of its range by. */
const slack = 1e-9;
const within = (low: number, high: number, ...values: readonly number[]) => {
  for (const value of values) {
    expect(value).toBeGreaterThanOrEqual(low - slack);
    expect(value).toBeLessThanOrEqual(high + slack);
  }
};
/** NaN is what a correlation of a constant is. */
const correlation = (value: number) => Number.isNaN(value) || within(-1, 1, value);

const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), {
  minLength: 1,
  maxLength: 30,
});
const columns = (rows: readonly (readonly [number, number])[]) =>
  [rows.map(([a]) => a), rows.map(([, b]) => b)] as const;
// Few letters, so that texts share much; full stops, which part sentences; a character beyond 16 bits.
const text = fc
  .array(fc.constantFrom('北', '京', 'a', 'b', '.', ' ', '𠮷'), { maxLength: 14 })
  .map((all) => all.join(''));
const reference = text.filter((one) => one.replace(/[\s.]/g, '') !== '');
const real = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
const vectors = fc.array(fc.array(real, { minLength: 3, maxLength: 3 }), { minLength: 4, maxLength: 12 });
const runs = { numRuns: 400, seed: 1 };

describe('no figure leaves its range', () => {
  it('of classes: 0 to 1, Matthews −1 to 1', () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const [said, meant] = columns(rows);
        within(0, 1, accuracy(said, meant), macroF1(said, meant), microF1(said, meant));
        correlation(matthewsCorrelation(said, meant));
        for (const { precision, recall, f1 } of Object.values(classScores(said, meant)))
          within(0, 1, precision, recall, f1);
        within(0, 1, exactMatch(said.map(String), meant.map(String)));
      }),
      runs,
    );
  });
  it('of texts: ROUGE and BLEU 0 to 1 whatever counts, error rate from 0', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, reference), { minLength: 1, maxLength: 4 }), (rows) => {
        for (const [said, meant] of rows)
          for (const counting of ['distinct', 'clipped'] as const)
            for (const { precision, recall, f } of Object.values(rouge(said, meant, { counting })))
              within(0, 1, precision, recall, f);
        const [said, meant] = [rows.map(([one]) => one), rows.map(([, one]) => one)];
        for (const smoothing of ['method1', 'exp', 'none'] as const)
          for (const order of [1, 2, 4])
            for (const effectiveOrder of [false, true])
              within(0, 1, bleu(said, meant, { smoothing, order, effectiveOrder }));
        within(0, Number.MAX_VALUE, errorRate(said, meant));
      }),
      runs,
    );
  });
  it('of vectors', () => {
    fc.assert(
      fc.property(vectors, (all) => {
        within(-1, 1, cosineSimilarity(all[0] as number[], all[1] as number[]), meanCosine(all));
        within(0, 4, alignment(all.slice(0, 2), all.slice(2, 4)));
        within(-8, 0, uniformity(all));
        within(0, 1, partitionIsotropy(all));
        const { pearson, spearman, cosines } = evaluateSts(
          all,
          all.toReversed(),
          all.map(([x]) => x as number),
        );
        correlation(pearson);
        correlation(spearman);
        within(-1, 1, ...cosines);
      }),
      runs,
    );
  });
  it('of numbers: correlations −1 to 1, p 0 to 1, calibration 0 to 1, intervals around what they are of', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(real, real), { minLength: 2, maxLength: 12 }), (rows) => {
        const [a, b] = columns(rows);
        correlation(pearsonCorrelation(a, b));
        correlation(spearmanCorrelation(a, b));
        const random = stream(1);
        const tested = [pairedT(a, b), wilcoxon(a, b), pairedBootstrap(a, b, { random, samples: 20 })];
        within(0, 1, ...tested.map(({ p }) => p), pairedPermutation(a, b, { random, samples: 20 }).p);
        within(
          0,
          1,
          mcnemar(
            a.map((x) => x > 0),
            b.map((x) => x > 0),
          ).p,
        );
        const figure = figureOverSeeds([a, b], { random, samples: 20 });
        expect(figure.low).toBeLessThanOrEqual(figure.high);
        const { error, maximum } = calibration(
          a.map((x) => Math.abs(x) / 1e6),
          b.map((x) => x > 0),
        );
        within(0, 1, error, maximum);
      }),
      runs,
    );
  });
});
