import { expect, it } from 'vitest';
import { errorRate } from '../text/error-rate.ts';
import { rerank } from './rerank.ts';
import { tuneRerankWeight } from './tune-rerank-weight.ts';

const list = [
  { text: '今天天七', score: -1, logProbability: -12, tokens: 4 },
  { text: '今天天气', score: -2, logProbability: -6, tokens: 4 },
  { text: '今天', score: -4, logProbability: -4, tokens: 2 },
];
const order = (options: Parameters<typeof rerank>[1]) => rerank(list, options).map(({ hypothesis }) => hypothesis);

it('0 keeps the first system, 1 follows the language model, between them scores are mixed', () => {
  expect(order({ weight: 0 })).toEqual(list);
  expect(order({ weight: 1 })).toEqual([list[2], list[1], list[0]]);
  expect(rerank(list, { weight: 0.25 })[0]).toEqual({ hypothesis: list[1], combined: 0.75 * -2 + 0.25 * -6 });
});

it('by length, a short hypothesis wins no more', () => {
  expect(order({ weight: 1, normalise: 'length' })[0]).toBe(list[1]);
});

it('refuses what it cannot weigh', () => {
  expect(() => rerank([], { weight: 0.5 })).toThrow('got none');
  expect(() => rerank(list, { weight: 2 })).toThrow('got 2');
  expect(() => rerank([{ score: 0, logProbability: 0 }], { weight: 0.5, normalise: 'length' })).toThrow(
    'hypotheses[0].tokens is undefined',
  );
  expect(() => rerank([{ score: Number.NaN, logProbability: 0 }], { weight: 0.5 })).toThrow('[0] is NaN');
});

it('tunes the weight on error rate, the smallest of equals', () => {
  const loss = (chosen: readonly { text: string }[]) =>
    errorRate(
      chosen.map(({ text }) => text),
      chosen.map(() => '今天天气'),
    );
  const { weight, loss: least, tried } = tuneRerankWeight([list], { loss });
  expect(weight).toBe(0.15);
  expect(least).toBe(0);
  expect(tried).toHaveLength(21);
  expect(tried[0]?.loss).toBe(0.25);
  expect(() => tuneRerankWeight<(typeof list)[number]>([], { loss })).toThrow('got 0 lists');
});
