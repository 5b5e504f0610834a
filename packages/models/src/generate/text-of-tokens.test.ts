import { expect, it } from 'vitest';
import { textOfTokens, withoutEastAsianBlanks } from './text-of-tokens.ts';

it.each([
  ['中 国 人', '中国人'],
  ['中 国 ， 美 国 。', '中国，美国。'],
  ['led 产 业 的 well known 应 用 2007 年', 'led产业的well known应用2007年'],
  ['わ た し は 学 生', 'わたしは学生'],
  ['한국 사람', '한국 사람'],
  ['the cat, 3 - 5', 'the cat, 3 - 5'],
  ['𠮷 野 家', '𠮷野家'],
  ['', ''],
])('%s is read as %s', (decoded, read) => {
  expect(withoutEastAsianBlanks(decoded)).toBe(read);
});

it('leaves out what decode puts between words, not blanks that tokens are of', async () => {
  const tokenizer = (tokens: readonly string[]) => ({
    tokenOf: (id: number) => tokens[id],
    decode: async (ids: readonly number[]) => ids.map((id) => tokens[id]?.replace('▁', '')).join(' '),
  });
  expect(await textOfTokens(tokenizer(['中', '国']), [0, 1])).toBe('中国');
  expect(await textOfTokens(tokenizer(['▁中', '▁国']), [0, 1])).toBe('中 国');
});
