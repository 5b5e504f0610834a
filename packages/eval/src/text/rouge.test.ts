import { describe, expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { type RougeScores, rouge } from './rouge.ts';

const { texts } = oracle<{
  texts: { candidate: string; reference: string; distinct: RougeScores; clipped: RougeScores }[];
}>('metrics');

describe.each(texts)('$candidate against $reference', ({ candidate, reference, distinct, clipped }) => {
  it.each([['distinct', distinct] as const, ['clipped', clipped] as const])(
    'equals PyPI rouge, %s',
    (counting, expected) => {
      const got = rouge(candidate, reference, { counting });
      for (const measure of ['rouge1', 'rouge2', 'rougeL'] as const) {
        for (const side of ['precision', 'recall', 'f'] as const) {
          expect(got[measure][side], `${measure} ${side}`).toBeCloseTo(expected[measure][side], 10);
        }
      }
    },
  );
});

it('gives 0 to an empty candidate and refuses an empty reference', () => {
  expect(rouge('', '标题').rouge1.f).toBe(0);
  expect(() => rouge('标题', ' . ')).toThrow('" . " has no token');
});

it('takes words when given a tokenizer of words', () => {
  const tokenize = (text: string) => text.split(' ');
  expect(rouge('the cat', 'the dog', { tokenize }).rouge1.recall).toBe(0.5);
});
