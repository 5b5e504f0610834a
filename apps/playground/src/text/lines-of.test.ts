import { describe, expect, it } from 'vitest';
import { linesOf, mostCharacters } from './lines-of.ts';

describe('linesOf', () => {
  it('gives lines that hold something, without the space around them', () => {
    expect(linesOf('  one \r\n\n two\u2028three\n').lines).toEqual(['one', 'two', 'three']);
  });

  it('cuts long lines at sentence ends', () => {
    const sentence = `${'月'.repeat(60)}。`;
    expect(linesOf(sentence.repeat(3)).lines).toEqual([sentence.repeat(2), sentence]);
  });

  it('takes the beginning of 5 MB and says so in a sentence, never cutting a character', () => {
    const { lines, note } = linesOf('𠮷'.repeat(2_500_000));
    expect(lines.join('')).toBe('𠮷'.repeat(mostCharacters / 2));
    expect(linesOf(`a${'𠮷'.repeat(2_500_000)}`).lines.join('')).toHaveLength(mostCharacters - 1);
    expect(note).toMatch(/^The text has 5,000,000 characters; this page works with the first 200,000, .*\.$/);
    expect(linesOf('short').note).toBeUndefined();
  });

  it('a lone surrogate is no text and becomes U+FFFD', () => {
    expect(linesOf('a\ud800b').lines).toEqual(['a\ufffdb']);
  });
});
