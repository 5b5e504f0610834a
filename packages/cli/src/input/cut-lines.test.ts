import { expect, it } from 'vitest';
import { cutLines } from './cut-lines.ts';

it('says how many lines, which, and how many tokens of them', () => {
  const cut = cutLines('line', 32);
  expect(cut.summary()).toBeUndefined();
  cut.add(7, 1);
  expect(cut.summary()).toEqual({
    sentence: '1 line is longer than the 32 tokens that the model reads: 1 token of line 7 is left out.\n',
    figures: { lines: 1, tokens: 1 },
  });
  // Both sides of a pair stand on one line.
  cut.add(7, 2);
  for (let line = 8; line <= 20; line++) cut.add(line, 1);
  expect(cut.summary()?.figures).toEqual({ lines: 14, tokens: 16 });
  expect(cut.summary()?.sentence).toContain('lines 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 and 4 more are left out');
});
