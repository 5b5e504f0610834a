import { expect, it } from 'vitest';
import { pseudoPerplexity } from './pseudo-perplexity.ts';

// [CLS] a b [SEP] and [CLS] c [SEP]: with and without boundaries, by token and by sentence, give four different figures.
const scored = [
  { logProbabilities: [-0.5, -1, -2, -0.25], special: [1, 0, 0, 1] },
  { logProbabilities: [-0.5, -4, -0.25], special: Uint8Array.of(1, 0, 1) },
];

it('leaves boundary tokens out unless told otherwise', () => {
  expect(pseudoPerplexity(scored)).toBeCloseTo(Math.exp(7 / 3), 12);
  expect(pseudoPerplexity(scored, { boundaryTokens: 'include' })).toBeCloseTo(Math.exp(8.5 / 7), 12);
  expect(pseudoPerplexity(scored, { average: 'macro' })).toBeCloseTo(Math.exp((1.5 + 4) / 2), 12);
  expect(pseudoPerplexity(scored, { average: 'macro', boundaryTokens: 'include' })).toBeCloseTo(
    Math.exp((3.75 / 4 + 4.75 / 3) / 2),
    12,
  );
});

it('skips tokens that were not asked for, but never a boundary token that is to count', () => {
  const subset = [{ logProbabilities: [null, -1, null, null], special: [1, 0, 0, 1] }];
  expect(pseudoPerplexity(subset)).toBeCloseTo(Math.E, 12);
  expect(() => pseudoPerplexity(subset, { boundaryTokens: 'include' })).toThrow('token 0 of sentence 0');
});

it('refuses lists of different length', () => {
  expect(() => pseudoPerplexity([{ logProbabilities: [-1], special: [] }])).toThrow('1 log-probabilities and 0 marks');
});
