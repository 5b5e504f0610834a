import { expect, it } from 'vitest';
import { exactMatch } from './exact-match.ts';

it('accepts any of the references, and normalises only when asked', () => {
  expect(exactMatch(['北京', '上 海', 'ＡI'], [['北平', '北京'], '上海', 'ai'])).toBe(1 / 3);
  const normalise = (text: string) => text.normalize('NFKC').toLowerCase().replaceAll(' ', '');
  expect(exactMatch(['北京', '上 海', 'ＡI'], [['北平', '北京'], '上海', 'ai'], { normalise })).toBe(1);
});

it('refuses a question without references', () => {
  expect(() => exactMatch(['北京'], [[]])).toThrow('references[0] is empty');
});
