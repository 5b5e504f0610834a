import { referenceEngine } from '@cloze/backend';
import { afterAll, beforeAll, expect, it } from 'vitest';
import oracle from '../../fixtures/minimal-pairs.json' with { type: 'json' };
import { tinyMlm } from '../../test/tiny-mlm.ts';
import type { Model } from '../model/model.ts';
import { openModel } from '../node/open-model.ts';
import { type ScoredPair, type ScorePairsOptions, scoreMinimalPairs } from './score-minimal-pairs.ts';

let model: Model;
beforeAll(async () => {
  model = await openModel(tinyMlm, { engine: referenceEngine() });
});
afterAll(() => model.dispose());

const pairs = oracle.pairs.map(([good, bad], i) => ({
  good: good as string,
  bad: bad as string,
  line: i + 1,
  file: 'a.jsonl',
  group: i % 2 === 0 ? 'even' : 'odd',
  paradigm: `of ${i % 4}`,
}));
async function scored(options: ScorePairsOptions, of = pairs) {
  const each: ScoredPair[] = [];
  return { figures: await scoreMinimalPairs(model, of, options, (pair) => each.push(pair)), each };
}

it.each([
  ['masked', oracle.masked],
  ['masked-words', oracle.maskedWords],
] as const)('%s: 48 pairs equal minicons', async (kind, sums) => {
  const { figures, each } = await scored({ kind, words: 'tokenizer' });
  for (const [i, [good, bad]] of sums.entries()) {
    expect(each[i]?.good).toBeCloseTo(good as number, 3);
    expect(each[i]?.bad).toBeCloseTo(bad as number, 3);
  }
  expect(each.map(({ tokens }) => tokens)).toEqual(oracle.lengths);
  expect(figures).toMatchObject({
    pairs: 48,
    ties: 0,
    accuracy: sums.filter(([good, bad]) => (good as number) > (bad as number)).length / 48,
    groups: [{ name: 'even' }, { name: 'odd' }],
    paradigms: [
      { name: 'of 0', group: 'even', pairs: 12 },
      { name: 'of 2', group: 'even' },
      { name: 'of 1', group: 'odd' },
      { name: 'of 3', group: 'odd' },
    ],
  });
  expect(each[5]).toMatchObject({ line: 6, file: 'a.jsonl', texts: oracle.pairs[5], group: 'odd', paradigm: 'of 1' });
});

it.each([
  ['length', 1],
  [0.5, 0.5],
  [0, 0],
] as const)('normalise %s divides by n to the power of %f, and other pairs win', async (normalise, power) => {
  const { each } = await scored({ kind: 'masked', normalise });
  for (const [i, pair] of each.entries()) {
    const [good, bad] = [0, 1].map(
      (side) => (oracle.masked[i]?.[side] ?? 0) / (oracle.lengths[i]?.[side] ?? 0) ** power,
    );
    expect(pair.good).toBeCloseTo(good as number, 3);
    expect(pair.bad).toBeCloseTo(bad as number, 3);
    expect(pair.right).toBe((good as number) > (bad as number));
  }
  const plain = oracle.masked.map(([good, bad]) => (good as number) > (bad as number));
  expect(each.some(({ right }, i) => right !== plain[i])).toBe(power > 0);
});

it('sides that are the same tokens to the model tie, whatever batch they are in', async () => {
  const of = [
    { good: '床囧', bad: '床囚', line: 1 },
    { good: '床', bad: '床', line: 2 },
    { good: '床', bad: '光', line: 3 },
  ];
  const { figures, each } = await scored({ kind: 'masked', batchTokens: 1 }, of as typeof pairs);
  expect(each.map(({ good, bad }) => good === bad)).toEqual([true, true, false]);
  expect(figures).toMatchObject({ ties: 2, accuracy: (1 + (each[2]?.right ? 1 : 0)) / 3, paradigms: [] });
});

it('refuses an exponent beyond 1, a side that is no text, and one without tokens, naming its place', async () => {
  await expect(scored({ kind: 'masked', normalise: 2 })).rejects.toThrow('normalise must be');
  const wrong = [{ good: '床', bad: 3 as unknown as string, line: 4, file: 'a.jsonl' }] as typeof pairs;
  await expect(scored({ kind: 'masked' }, wrong)).rejects.toThrow('the bad text of pair 0');
  const empty = [{ good: '床', bad: ' ', line: 4, file: 'a.jsonl' }] as typeof pairs;
  await expect(scored({ kind: 'masked' }, empty)).rejects.toThrow('a.jsonl: line 4: " " has no token to score');
});
