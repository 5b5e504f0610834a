import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as all from '../index.ts';

/** Every figure that has a range keeps it, whatever it is given. */
const { accuracy, alignment, bleu, calibration, classScores, cosineSimilarity, entityF1, errorRate, exactMatch } = all;
const { macroF1, matthewsCorrelation, mcnemar, meanCosine, microF1, partitionIsotropy, pearsonCorrelation } = all;
const { perplexity, pseudoPerplexity, rouge, spearmanCorrelation, uniformity, minimalPairs } = all;

const text = fc.string({ unit: fc.constantFrom('北', '京', '.', ' ', 'a', '\u3000'), maxLength: 12 });
const readable = text.filter((one) => /[北京a]/.test(one));
const classes = fc.array(fc.constantFrom('x', 'y', 'z'), { minLength: 1, maxLength: 8 });
const numbers = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 8 });
const vector = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 3, maxLength: 3 });
const vectors = fc.array(vector, { minLength: 2, maxLength: 6 });
const tag = fc.constantFrom('O', 'B-A', 'I-A', 'E-A', 'S-B', 'I-B', 'L-A', 'U-B');
const within = (value: number, low: number, high: number) => {
  if (Number.isNaN(value)) return;
  expect(value).toBeGreaterThanOrEqual(low);
  expect(value).toBeLessThanOrEqual(high);
};
const check = <T extends unknown[]>(arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> }, run: (...values: T) => void) =>
  fc.assert(
    fc.property(fc.tuple<T>(...arbitraries), (values) => run(...values)),
    { numRuns: 500 },
  );

it('ROUGE is 0 to 1, the union of sentences too', () => {
  for (const counting of ['distinct', 'clipped'] as const)
    check<[string, string]>([text, readable], (candidate, reference) => {
      for (const { precision, recall, f } of Object.values(rouge(candidate, reference, { counting })))
        for (const value of [precision, recall, f]) within(value, 0, 1);
    });
  expect(rouge('北京.北京', '北京', { counting: 'clipped' }).rougeL).toEqual({
    precision: 0.5,
    recall: 1,
    f: expect.closeTo(2 / 3, 7),
  });
  expect(rouge('北京', '北京.北京', { counting: 'clipped' }).rougeL).toMatchObject({ precision: 1, recall: 0.5 });
});

it('BLEU is 0 to 1 with every smoothing, of effective order or not', () => {
  for (const smoothing of ['method1', 'exp', 'none'] as const)
    for (const effectiveOrder of [false, true])
      check<[string, string, string]>([text, readable, readable], (candidate, one, two) =>
        within(bleu([candidate], [[one, two]], { smoothing, effectiveOrder }), 0, 1),
      );
});

it('figures of classes, tags and judgements are within their ranges', () => {
  check<[string[], string[]]>([classes, classes], (a, b) => {
    const labels = b.map((_, i) => b[i] as string);
    const predictions = labels.map((_, i) => a[i % a.length] as string);
    for (const figure of [accuracy, macroF1, microF1, exactMatch] as const) within(figure(predictions, labels), 0, 1);
    within(matthewsCorrelation(predictions, labels), -1, 1);
    for (const { precision, recall, f1 } of classScores(predictions, labels))
      for (const value of [precision, recall, f1]) within(value, 0, 1);
    const right = predictions.map((one, i) => one === labels[i]);
    within(mcnemar(right, [...right].reverse()).p, 0, 1);
    const { error, maximum } = calibration(
      right.map((_, i) => i / right.length),
      right,
    );
    within(error, 0, 1);
    within(maximum, 0, 1);
  });
  check<[string[], string[]]>(
    [fc.array(tag, { minLength: 6, maxLength: 6 }), fc.array(tag, { minLength: 6, maxLength: 6 })],
    (a, b) => within(entityF1([a], [b]), 0, 1),
  );
  check<[string, string]>([text, readable], (a, b) => within(errorRate([a], [b]), 0, Number.POSITIVE_INFINITY));
});

it('correlations and figures of vectors are within their ranges', () => {
  check<[number[], number[]]>([numbers, numbers], (a, b) => {
    const size = Math.min(a.length, b.length);
    for (const figure of [pearsonCorrelation, spearmanCorrelation])
      within(figure(a.slice(0, size), b.slice(0, size)), -1, 1);
  });
  check<[number[], number[]]>([vector, vector], (a, b) => {
    within(cosineSimilarity(a, b), -1, 1);
    within(alignment([a], [b]), 0, 4 + 1e-12);
  });
  check<[number[][]]>([vectors], (some) => {
    within(meanCosine(some), -1, 1);
    within(uniformity(some), Number.NEGATIVE_INFINITY, 0);
    within(partitionIsotropy(some), 0, 1);
  });
});

it('perplexities are at least 1, and refuse what is no logarithm of a probability', () => {
  check<[number[]]>(
    [fc.array(fc.double({ min: -50, max: 0, noNaN: true }), { minLength: 1, maxLength: 8 })],
    (some) => {
      within(perplexity([some]), 1, Number.POSITIVE_INFINITY);
      within(pseudoPerplexity([{ logProbabilities: some, special: some.map(() => 0) }]), 1, Number.POSITIVE_INFINITY);
    },
  );
  expect(() => perplexity([[-1], [-1, 0.5]])).toThrow('token 1 of sentence 1 has 0.5');
  expect(() => perplexity([[Number.NaN]])).toThrow('token 0 of sentence 0 has NaN');
  expect(() => perplexity([[-1]], 'mean' as 'micro')).toThrow('average must be micro or macro, got "mean"');
  // A tie is half a right answer, and told.
  expect(minimalPairs([{ good: 0, bad: 0 }])).toMatchObject({ accuracy: 0.5, ties: 1 });
});
