import { describe, expect, it } from 'vitest';
import { wordNumbersFromBoundaries, wordNumbersFromContinuations, wordNumbersFromSet } from '../index.ts';

describe('wordNumbersFromBoundaries', () => {
  it('jieba boundaries and ## together; an astral character is one token of two units', () => {
    // [CLS] 使 用 语 言 𠮷 play ##ing [SEP] over 使用|语言|𠮷|playing
    const numbers = wordNumbersFromBoundaries({
      starts: [0, 0, 1, 2, 3, 4, 6, 10, 13],
      ends: [0, 1, 2, 3, 4, 6, 10, 13, 13],
      boundaries: [
        [0, 2],
        [2, 4],
        [4, 6],
        [6, 13],
      ],
      special: [1, 0, 0, 0, 0, 0, 0, 0, 1],
      continues: [0, 0, 0, 0, 0, 0, 0, 1, 0],
    });
    expect([...numbers]).toEqual([-1, 0, 0, 1, 1, 2, 3, 3, -1]);
  });
  it('a ## piece stays with its word where the segmenter cut inside it', () => {
    const cut = { starts: [0, 2, 4], ends: [2, 4, 6], boundaries: [[0, 2] as const, [2, 6] as const] };
    expect([...wordNumbersFromBoundaries({ ...cut, continues: [0, 1, 1] })]).toEqual([0, 0, 0]);
    expect([...wordNumbersFromBoundaries(cut)]).toEqual([0, 1, 1]);
  });
  it('a token over two words joins them; tokens outside every word stand alone', () => {
    expect([
      ...wordNumbersFromBoundaries({
        starts: [0, 1, 3],
        ends: [1, 3, 4],
        boundaries: [
          [0, 2],
          [2, 4],
        ],
      }),
    ]).toEqual([0, 0, 0]);
    expect([
      ...wordNumbersFromBoundaries({
        starts: [0, 2, 3],
        ends: [2, 3, 5],
        boundaries: [
          [0, 2],
          [3, 5],
        ],
      }),
    ]).toEqual([0, 1, 2]);
  });
});

describe('wordNumbersFromContinuations', () => {
  it('numbers words, −1 for special tokens', () => {
    expect([...wordNumbersFromContinuations({ continues: [0, 0, 1, 1, 0, 0], special: [1, 0, 0, 0, 0, 1] })]).toEqual([
      -1, 0, 0, 0, 1, -1,
    ]);
  });
});

describe('wordNumbersFromSet', () => {
  it('takes the longest match, even across the boundaries of the segmenter', () => {
    const numbers = wordNumbersFromSet([...'研究生命起源'], { words: new Set(['研究', '研究生', '生命', '起源']) });
    expect([...numbers]).toEqual([0, 0, 0, 1, 2, 2]);
  });
  it('words over the longest are never one unit: the defect of the scripts that stop at 3', () => {
    const words = new Set(['一心一意', '一心']);
    expect([...wordNumbersFromSet([...'一心一意'], { words })]).toEqual([0, 0, 0, 0]);
    expect([...wordNumbersFromSet([...'一心一意'], { words, longest: 3 })]).toEqual([0, 0, 1, 2]);
  });
});
