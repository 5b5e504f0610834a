import { expect, it } from 'vitest';
import { oracle } from '../../test/oracle.ts';
import { bleu } from './bleu.ts';

const fixture = oracle<{
  texts: { candidate: string; reference: string; sentenceBleu: number }[];
  bleu: Record<'method1' | 'method1TwoReferences' | 'exp' | 'none' | 'expTwoReferences', number> & {
    tied: string;
    tiedReferences: string[];
    tiedMethod1: number;
    tiedExp: number;
    unmatched: string[];
    unmatchedReferences: string[];
    unmatchedExp: number;
    unmatchedNone: number;
  };
}>('metrics');
const candidates = fixture.texts.map(({ candidate }) => candidate);
const references = fixture.texts.map(({ reference }) => reference);
const both = references.map((reference) => [reference, [...reference].reverse().join('')]);

it.each(fixture.texts)('of "$candidate" alone equals NLTK with method1', ({ candidate, reference, sentenceBleu }) => {
  expect(bleu([candidate], [reference])).toBeCloseTo(sentenceBleu, 12);
});

it('of a corpus equals NLTK with method1, with one reference and with two', () => {
  expect(bleu(candidates, references)).toBeCloseTo(fixture.bleu.method1, 12);
  expect(bleu(candidates, both)).toBeCloseTo(fixture.bleu.method1TwoReferences, 12);
});

it('of a corpus equals sacreBLEU, smoothed and not', () => {
  expect(bleu(candidates, references, { smoothing: 'exp' })).toBeCloseTo(fixture.bleu.exp, 12);
  expect(bleu(candidates, references, { smoothing: 'none' })).toBeCloseTo(fixture.bleu.none, 12);
  expect(bleu(candidates, both, { smoothing: 'exp' })).toBeCloseTo(fixture.bleu.expTwoReferences, 12);
  const { unmatched, unmatchedReferences, unmatchedExp, unmatchedNone } = fixture.bleu;
  expect(bleu(unmatched, unmatchedReferences, { smoothing: 'exp' })).toBeCloseTo(unmatchedExp, 12);
  expect(bleu(unmatched, unmatchedReferences, { smoothing: 'none' })).toBeCloseTo(unmatchedNone, 12);
});

it('of references as far away on either side takes the shorter, as NLTK and sacreBLEU do', () => {
  const { tied, tiedReferences, tiedMethod1, tiedExp } = fixture.bleu;
  for (const references of [tiedReferences, [...tiedReferences].reverse()]) {
    expect(bleu([tied], [references])).toBeCloseTo(tiedMethod1, 12);
    expect(bleu([tied], [references], { smoothing: 'exp' })).toBeCloseTo(tiedExp, 12);
  }
});

it('of effective order leaves out what no candidate is long enough for, as sacreBLEU 2.6 with effective_order', () => {
  const options = { smoothing: 'exp', effectiveOrder: true } as const;
  expect(bleu(['北京'], ['北京'], options)).toBe(1);
  expect(bleu(['北京'], ['北京'], { smoothing: 'exp' })).toBe(0);
  expect(bleu(['北京下'], ['北京下雪'], options)).toBeCloseTo(0.7165313105737893, 12);
  expect(bleu(['北京人'], ['北京下雪'], options)).toBeCloseTo(0.39432237651162877, 12);
  expect(bleu(['北京', '北京今天下雪'], ['北京', '北京今天下雨'], options)).toBeCloseTo(
    bleu(['北京', '北京今天下雪'], ['北京', '北京今天下雨'], { smoothing: 'exp' }),
    12,
  );
  expect(bleu(['京'], ['京'], { effectiveOrder: true })).toBe(1);
  expect(bleu(['', '。'], ['一', '二'], options)).toBe(0);
});

it('refuses what cannot be compared', () => {
  expect(() => bleu(['一'], [])).toThrow('got 1 and 0');
  expect(() => bleu(['一'], [[]])).toThrow('references[0] is empty');
  expect(() => bleu(['一'], ['一'], { smooth: 'exp' } as object)).toThrow(
    "bleu: there is no option 'smooth', there are tokenize",
  );
  expect(() => bleu(['一'], ['一'], { smoothing: 'add-k' as 'exp' })).toThrow(
    'smoothing must be one of method1, exp, none, got "add-k"',
  );
  expect(() => bleu(['一'], ['一'], { order: 0 })).toThrow('order must be a whole number from 1, got 0');
});
