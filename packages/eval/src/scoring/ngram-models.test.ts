import { describe, expect, it } from 'vitest';
import { type NgramModel, ngramModels } from './ngram-models.ts';

/** `p` of each continuation, by rows that differ in one place. */
const distribution = (model: NgramModel, before: string, after: string, characters: string) =>
  Array.from(characters, (x) => Math.exp(model.logProbabilities(`${before}${x}${after}`)[before.length] as number));
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('ngramModels', () => {
  // The row left out, the second, is like the others: the least k is best. Counts: a 6, b 3; ab 3, ba 3, a| 3, |a 3.
  const rows = ['aba', 'aba', 'aba'];
  const [unigram, bigram, both] = ngramModels(rows);

  it('are the counts raised by k, by hand', () => {
    const k = 0.003;
    const [edgeToA, aToB, bToA] = [(3 + k) / (3 + 3 * k), (3 + k) / (6 + 3 * k), (3 + k) / (3 + 3 * k)];
    const logs = (values: readonly number[]) => values.map(Math.log);
    expect(bigram.logProbabilities('aba')).toEqual(logs([edgeToA, aToB, bToA]).map((x) => expect.closeTo(x, 12)));
    // Under the unigram the row left out has a and b as the others do.
    const p = distribution(unigram, '', '', 'ab');
    expect(p[0]).toBeCloseTo((6 + k) / (9 + 2 * k), 12);
    // p(b | a, a) ∝ p(b | a)·p(a | b), against p(a | a)·p(a | a).
    const aToA = k / (6 + 3 * k);
    const inside = (aToB * bToA) / (aToB * bToA + aToA * aToA);
    expect(both.logProbabilities('aba')[1]).toBeCloseTo(Math.log(inside), 12);
  });

  it('give probabilities that sum to 1, from the left with the edge', () => {
    const more = ngramModels(['床前明月光', '疑是地上霜', '舉頭望明月', '低頭思故鄉']);
    const characters = [...new Set('床前明月光疑是地上霜舉頭望明月低頭思故鄉')].join('');
    const [one, left, sides] = more;
    expect(sum(distribution(one, '明', '光', characters))).toBeCloseTo(1, 10);
    expect(sum(distribution(sides, '明', '光', characters))).toBeCloseTo(1, 10);
    expect(sum(distribution(left, '明', '', characters))).toBeLessThan(1);
    expect(more.map(({ name }) => name)).toEqual(['unigram', 'bigram', 'bigram, both sides']);
  });

  it('choose k on rows left out of the counts', () => {
    // What is left out is like nothing that was counted: the more is given to the unseen, the better.
    const [, strange] = ngramModels(['abababab', 'bbbbbbaa', ...Array<string>(60).fill('abababab')]);
    const [, plain] = ngramModels(Array<string>(62).fill('abababab'));
    const seen = (model: NgramModel) => sum(model.logProbabilities('abab'));
    expect(seen(strange)).toBeLessThan(seen(plain));
  });

  it('refuse what was never counted, and one row', () => {
    expect(() => bigram.logProbabilities('abc')).toThrow("'c' of 'abc' was never counted");
    expect(() => ngramModels(['a'])).toThrow('expected at least 2 texts, got 1');
    expect(() => ngramModels(['', ''])).toThrow('0 different characters, expected 1 to 10000');
    const many = Array.from({ length: 10_001 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join('');
    expect(() => ngramModels([many, 'a'])).toThrow('10002 different characters');
  });
});
