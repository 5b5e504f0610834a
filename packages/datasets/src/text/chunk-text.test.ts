import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunkText } from './chunk-text.ts';
import { lineSplitter } from './line-splitter.ts';

/** The same, as it is said: sentences are gathered while they fit, one that does not is cut by code points. */
function plainly(text: string, longest: number): string[] {
  const pieces: string[] = [];
  let held: string[] = [];
  for (const sentence of text.match(/[^。！？!?；\n]*[。！？!?；\n]*/gu) ?? []) {
    const characters = [...sentence];
    if (held.length + characters.length > longest && held.length > 0) {
      pieces.push(held.join(''));
      held = [];
    }
    held = [...held, ...characters];
    for (; held.length > longest; held = held.slice(longest)) pieces.push(held.slice(0, longest).join(''));
  }
  return held.length > 0 ? [...pieces, held.join('')] : pieces;
}

it('cuts at sentence ends, else anywhere between code points', () => {
  expect(chunkText('天地。玄黄！宇宙洪荒', 5)).toEqual(['天地。', '玄黄！', '宇宙洪荒']);
  const unit = fc.constantFrom('天', '。', '\n', 'a', '😀', '！', '\ud800');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (text, longest) => {
      expect(chunkText(text, longest)).toEqual(plainly(text, longest));
      expect(chunkText(text, longest).join('')).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

it('lineSplitter puts lines together however they come, and refuses one that is too long', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\u2028'), maxLength: 6 })), (pieces) => {
      const splitter = lineSplitter();
      const lines = [...pieces.flatMap((piece) => splitter.push(piece)), splitter.end()];
      expect(lines).toEqual(pieces.join('').split('\n'));
    }),
    { numRuns: 2000 },
  );
  const short = lineSplitter(5);
  expect(short.push('abc\nab')).toEqual(['abc']);
  expect(short.push('abc')).toEqual([]);
  expect(() => short.push('c')).toThrow('is longer than 5 characters; break it into lines');
});
