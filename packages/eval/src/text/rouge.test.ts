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
        // Of several sentences PyPI's may be above 1: rouge_score's, below.
        if (measure === 'rougeL' && counting === 'clipped' && candidate.includes('.')) continue;
        for (const side of ['precision', 'recall', 'f'] as const) {
          expect(got[measure][side], `${measure} ${side}`).toBeCloseTo(expected[measure][side], 10);
        }
      }
    },
  );
});

it.each([
  ['北京.北京', '北京', 0.5, 1, 0.6666666666666666],
  ['北京', '北京.北京', 1, 0.5, 0.6666666666666666],
  ['甲乙丙丁.丙丁戊己', '甲丙乙丁.戊丙己丁', 0.875, 0.875, 0.875],
  ['甲乙.乙甲.甲', '甲甲乙.乙', 0.6, 0.75, 0.6666666666666665],
  ['天地.玄黄天', '天玄地.黄天地', 0.8, 0.6666666666666666, 0.7272727272727272],
])(
  'clipped ROUGE-L of %s against %s equals rouge_score 0.1.2, sentence by sentence',
  (candidate, reference, ...values) => {
    const { precision, recall, f } = rouge(candidate, reference, { counting: 'clipped' }).rougeL;
    for (const [i, value] of [precision, recall, f].entries()) expect(value).toBeCloseTo(values[i] as number, 7);
  },
);

it('gives 0 to an empty candidate and refuses an empty reference', () => {
  expect(rouge('', '标题').rouge1.f).toBe(0);
  expect(() => rouge('标题', ' . ')).toThrow('" . " has no token');
});

it('takes words when given a tokenizer of words', () => {
  const tokenize = (text: string) => text.split(' ');
  expect(rouge('the cat', 'the dog', { tokenize }).rouge1.recall).toBe(0.5);
});
