import { describe, expect, it } from 'vitest';
import { encode, padEncodings, splitWords, trainVocabulary, vocabularyFrom } from './index.ts';

const vocabulary = vocabularyFrom([
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  '我',
  '爱',
  'play',
  '##ing',
  '##s',
  '。',
  '𠀀',
]);

describe('splitWords', () => {
  it('isolates Han and punctuation, keeps astral Han whole, lower-cases and strips accents', () => {
    expect(splitWords('我爱PLAYing。𠀀é\u0000!').map(({ text }) => text)).toEqual([
      '我',
      '爱',
      'playing',
      '。',
      '𠀀',
      'e',
      '!',
    ]);
  });

  it('offsets are UTF-16 places in the original', () => {
    const text = '😀 我𠀀 héllo';
    expect(splitWords(text, { lowercase: false }).map(({ start, end }) => text.slice(start, end))).toEqual([
      '😀',
      '我',
      '𠀀',
      'héllo',
    ]);
  });
});

describe('encode', () => {
  it('is longest match first, with unknown words whole', () => {
    expect([...encode(vocabulary, '我playings。 xyz𠀀').ids]).toEqual([2, 5, 7, 8, 9, 10, 1, 11, 3]);
    expect([...encode(vocabulary, '').ids]).toEqual([2, 3]);
  });

  it('numbers words and segments of a pair, and cuts the longer text first', () => {
    const { ids, segments, words } = encode(vocabulary, '我我我我', '爱爱', { maximumLength: 7 });
    expect([...ids]).toEqual([2, 5, 5, 3, 6, 6, 3]);
    expect([...segments]).toEqual([0, 0, 0, 0, 1, 1, 1]);
    expect([...words]).toEqual([-1, 0, 1, -1, 2, 3, -1]);
  });
});

describe('padEncodings', () => {
  it('pads to a bucket; pads and specials are not maskable', () => {
    const batch = padEncodings([encode(vocabulary, '我爱'), encode(vocabulary, '我')], { padId: 0, buckets: [8, 6] });
    expect(batch.shape).toEqual([2, 6]);
    expect([...batch.ids]).toEqual([2, 5, 6, 3, 0, 0, 2, 5, 3, 0, 0, 0]);
    expect([...batch.maskable]).toEqual([0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  });

  it('refuses what does not fit, with both numbers', () => {
    expect(() => padEncodings([encode(vocabulary, '我爱')], { padId: 0, buckets: [3] })).toThrow(
      '4 tokens is longer than the largest bucket, 3',
    );
  });
});

describe('vocabularies', () => {
  it('training orders by frequency and breaks ties by code point', () => {
    expect(trainVocabulary(['我我爱', '爱我吃'], { size: 8, minimum: 1 }).tokens.slice(5)).toEqual(['我', '爱', '吃']);
  });

  it('an empty corpus, duplicates and missing special tokens are refused', () => {
    expect(() => trainVocabulary([' '], { size: 9 })).toThrow('the corpus is empty');
    expect(() => vocabularyFrom(['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'a', 'a'])).toThrow(
      "'a' stands on line 5 and line 6; '[MASK]' is missing",
    );
  });
});
