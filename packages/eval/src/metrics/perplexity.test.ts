import { expect, it } from 'vitest';
import { perplexity } from './perplexity.ts';

it('of a uniform guess over k is k', () => {
  expect(perplexity([[Math.log(1 / 7), Math.log(1 / 7)], [Math.log(1 / 7)]])).toBeCloseTo(7, 10);
});

it('weighs tokens (micro) or sentences (macro)', () => {
  const uneven = [[-1, -1, -1], [-3]];
  expect(perplexity(uneven)).toBeCloseTo(Math.exp(6 / 4), 12);
  expect(perplexity(uneven, 'macro')).toBeCloseTo(Math.exp(2), 12);
});

it('refuses a corpus without tokens', () => {
  expect(() => perplexity([[]])).toThrow('at least one token');
});
