import { describe, expect, it } from 'vitest';
import { stream } from '../contract/stream.ts';
import { buildPmiVocabulary, formatPmi, type PmiOptions, parsePmi, scoreNgram } from '../index.ts';

/** Sentences over a small alphabet in which some n-grams are common. */
function corpus(seed: number, sentences = 300): string[][] {
  const random = stream(seed);
  const pick = <T>(from: readonly T[]) => from[Math.floor(random.next() * from.length)] as T;
  const pieces = [
    ['a'],
    ['b'],
    ['c'],
    ['d'],
    ['a', 'b'],
    ['c', 'd', 'e'],
    ['f', 'g', 'a', 'b'],
    ['h', 'i', 'j', 'k', 'l'],
  ];
  return Array.from({ length: sentences }, () =>
    Array.from({ length: Math.floor(random.next() * 6) }, (_, i) =>
      // Words below the minimum stand between, so that pruning is put to the test.
      random.next() < 0.1 ? [`rare${Math.floor(random.next() * 900) + i}`] : pick(pieces),
    ).flat(),
  );
}

/** Every segmentation of a list into two parts or more, written out. */
function segmentations(words: readonly string[]): string[][] {
  const all: string[][] = [];
  for (let cuts = 1; cuts < 1 << (words.length - 1); cuts++) {
    const parts = [[words[0] as string]];
    for (let i = 1; i < words.length; i++) {
      if (cuts & (1 << (i - 1))) parts.push([]);
      (parts.at(-1) as string[]).push(words[i] as string);
    }
    all.push(parts.map((part) => part.join(' ')));
  }
  return all;
}

/** The definition, naively: all counts in one map, all segmentations of each n-gram. */
function naive(sentences: readonly (readonly string[])[], power: number, minimum: number) {
  const counts = new Map<string, number>();
  const totals = [0, 0, 0, 0, 0];
  for (const sentence of sentences)
    for (let n = 1; n <= 5; n++)
      for (let i = 0; i + n <= sentence.length; i++) {
        const key = sentence.slice(i, i + n).join(' ');
        counts.set(key, (counts.get(key) ?? 0) + 1);
        totals[n - 1] = (totals[n - 1] as number) + 1;
      }
  const p = (key: string) => (counts.get(key) as number) / (totals[key.split(' ').length - 1] as number);
  const scores = new Map<string, number>();
  for (const [key, count] of counts) {
    const words = key.split(' ');
    if (words.length < 2 || count < minimum) continue;
    const each = segmentations(words).map((parts) =>
      Math.log(p(key) ** power / parts.reduce((x, part) => x * p(part), 1)),
    );
    scores.set(key, Math.min(...each));
  }
  return { scores, totals, counts };
}

describe('buildPmiVocabulary', () => {
  for (const numeratorPower of [1, 2] as const) {
    it(`equals the definition over all 1, 3, 7, 15 segmentations, numerator power ${numeratorPower}`, () => {
      expect([2, 3, 4, 5].map((n) => segmentations(new Array(n).fill('x')).length)).toEqual([1, 3, 7, 15]);
      for (const seed of [1, 2, 3]) {
        const sentences = corpus(seed);
        const wanted = naive(sentences, numeratorPower, 5);
        const { entries, totals } = buildPmiVocabulary(() => sentences, {
          numeratorPower,
          minimum: 5,
          quotas: [0.25, 0.25, 0.25, 0.25],
        });
        expect(totals).toEqual(wanted.totals);
        expect(new Set(entries.map(({ words }) => words.join(' ')))).toEqual(new Set(wanted.scores.keys()));
        for (const { words, score, count } of entries) {
          expect(score).toBeCloseTo(wanted.scores.get(words.join(' ')) as number, 9);
          expect(count).toBe(wanted.counts.get(words.join(' ')));
        }
        for (const n of [2, 3, 4, 5]) {
          const scores = entries.filter(({ words }) => words.length === n).map(({ score }) => score);
          expect(scores.length).toBeGreaterThan(3);
          expect(scores).toEqual([...scores].sort((a, b) => b - a));
        }
      }
    });
  }

  it('two sentences of 5 and 3 words have 8, 6, 4, 2, 1 n-grams: none crosses the end of a sentence', () => {
    const sentences = [[...'abcde'], [...'abc']];
    const { totals, entries } = buildPmiVocabulary(() => sentences, { minimum: 1, quotas: [1] });
    expect(totals).toEqual([8, 6, 4, 2, 1]);
    expect(entries.map(({ words }) => words.join(''))).not.toContain('ea');
    const ab = entries.find(({ words }) => words.join('') === 'ab');
    expect(ab?.score).toBeCloseTo(Math.log(2 / 6 / ((2 / 8) * (2 / 8))), 12);
  });

  it('a table too small for a length takes more passes and finds the same', () => {
    const sentences = corpus(4);
    const passes: number[] = [];
    const options: PmiOptions = { minimum: 3 };
    const small = buildPmiVocabulary(() => sentences, {
      ...options,
      mostCounted: 7,
      report: (level) => passes.push(level.passes),
    });
    expect(small).toEqual(buildPmiVocabulary(() => sentences, options));
    expect(Math.max(...passes)).toBeGreaterThan(4);
  });

  it('quotas cut each length on its own', () => {
    const sentences = corpus(5);
    const { entries } = buildPmiVocabulary(() => sentences, { minimum: 2, size: 8 });
    expect([2, 3, 4, 5].map((n) => entries.filter(({ words }) => words.length === n).length)).toEqual([4, 2, 1, 1]);
  });

  it('refuses sentences that can be read once only, passes that differ, and what are no sentences', () => {
    const once = (function* () {
      for (const words of corpus(3)) yield words;
    })();
    expect(() => buildPmiVocabulary(() => once, { minimum: 2 })).toThrow(
      /gave 300 sentences of \d+ words at first, 0 of 0 when/,
    );
    let calls = 0;
    const fewer = () => corpus(3).slice(calls++);
    expect(() => buildPmiVocabulary(fewer, { minimum: 2 })).toThrow('299 of');
    expect(() => buildPmiVocabulary(corpus(3) as never)).toThrow('expected a function that gives the sentences anew');
    expect(() => buildPmiVocabulary(() => [['a', 'b'], 'cd' as never])).toThrow(
      'sentence 1: expected a list, got a string ("cd")',
    );
    expect(() => buildPmiVocabulary(() => [['a', undefined as never]])).toThrow('sentence 0: text 1 is undefined');
  });
  it('an empty corpus gives an empty list; wrong options are named together', () => {
    expect(buildPmiVocabulary(() => [[], []]).entries).toEqual([]);
    expect(() => buildPmiVocabulary(() => [], { longest: 9, minimum: 0, quotas: [2] })).toThrow(
      'longest must be an integer in [2, 8], got 9; minimum must be an integer in [1, 9007199254740991], got 0; quotas must be at most 8 numbers ≥ 0 with a sum up to 1, got 2',
    );
  });
});

describe('scoreNgram', () => {
  it('is not the naive PMI over single words: a strong part does not make a strong whole', () => {
    // "new york" is strong, "said" follows by chance: p(new york said) = p(new york)·p(said).
    const p: Record<string, number> = {
      '0-1': 0.01,
      '1-2': 0.01,
      '2-3': 0.1,
      '0-2': 0.009,
      '1-3': 0.0009,
      '0-3': 0.0009,
    };
    const logProbability = (from: number, to: number) => Math.log(p[`${from}-${to}`] as number);
    expect(scoreNgram(logProbability, { n: 3, numeratorPower: 1 })).toBeCloseTo(0, 12);
    expect(Math.log(0.0009 / (0.01 * 0.01 * 0.1))).toBeGreaterThan(4);
  });
});

describe('formatPmi and parsePmi', () => {
  it('give the same list back, odd words too', () => {
    const sentences = Array.from({ length: 3 }, () => ['𠮷', 'a b', '\\s', 'x\ty', '\n']);
    const list = buildPmiVocabulary(() => sentences, { minimum: 2, numeratorPower: 2 });
    expect(list.entries.length).toBeGreaterThan(5);
    const text = [...formatPmi(list)].join('\n');
    expect(parsePmi(text.split('\n'))).toEqual(list);
    expect(parsePmi(text.replaceAll('\n', '\r\n').split('\n'))).toEqual(list);
    expect(parsePmi(`${text}\r\n`.split('\n'))).toEqual(list);
  });
  it('say which line is wrong', () => {
    expect(() => parsePmi(['hello'])).toThrow("line 1 must begin with '# cloze pmi 1'");
    expect(() => parsePmi(['# cloze pmi 1 power=1 minimum=2 totals=1,1', '1\t2\ta b', 'x\t2\ta b'])).toThrow('line 3');
  });
});
