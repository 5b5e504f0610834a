import { expect, it } from 'vitest';
import { printable } from './printable.ts';

it('writes out what would command a terminal, and leaves text as it is', () => {
  expect(printable('\x1b[2J\x1b]0;title\x07 ok\r')).toBe('\\x1b[2J\\x1b]0;title\\x07 ok\\x0d');
  // C1 controls do the same in one character; an override turns a line around.
  expect(printable('\x9b31m \u202eabc')).toBe('\\x9b31m \\u202eabc');
  expect(printable('春眠不覺曉 é 😀\n\tb')).toBe('春眠不覺曉 é 😀\n\tb');
});
