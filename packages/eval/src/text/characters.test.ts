import { expect, it } from 'vitest';
import { characters } from './characters.ts';

it('cuts by code point and leaves white space out, the ideographic space too', () => {
  expect(characters('我 𠀀\u3000爱\n😀')).toEqual(['我', '𠀀', '爱', '😀']);
});
