import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as browser from './machine/browser.ts';
import * as node from './machine/node.ts';
import { splitWords } from './split-words.ts';

/** Written by tooling/oracles/tokenizer_reference.py with Python's tokenizers. */
const { blocks } = JSON.parse(readFileSync(new URL('../fixtures/reference.json', import.meta.url), 'utf8')) as {
  readonly blocks: readonly { readonly start: number; readonly lowercase: string; readonly cased: string }[];
};

it.each(['lowercase', 'cased'] as const)('splits every code point of Unicode alike, %s', (kind) => {
  const hashes = blocks.map(({ start }) => {
    const text = Array.from({ length: 0x4000 }, (_, i) => start + i)
      .filter((point) => point < 0xd800 || point >= 0xe000)
      .map((point) => `a${String.fromCodePoint(point)}b`)
      .join(' ');
    const words = splitWords(text, { lowercase: kind === 'lowercase' });
    return createHash('sha256').update(words.join('\n')).digest('hex').slice(0, 16);
  });
  expect(hashes).toEqual(blocks.map((block) => block[kind]));
});

/** Scripts whose marks and punctuation have stood in Unicode since before the native code's tables. */
const old =
  /[\p{Script=Han}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

it.each([true, false])(
  'a browser normalises as the native code does, lower-case %s, newer signs of Unicode apart',
  (lowercase) => {
    const options = { cleanText: true, handleChineseChars: true, stripAccents: lowercase, lowercase };
    const [theirs, ours] = [node.binding(), browser.binding()].map((binding) => binding.bertNormalizer(options));
    const points = [
      ...Array(0xd800).keys(),
      ...Array.from({ length: 0x2000 }, (_, i) => 0xe000 + i),
      ...Array.from({ length: 0x12000 }, (_, i) => 0x1f000 + i),
    ];
    const other = points.slice(1).filter((point) => {
      const character = String.fromCodePoint(point);
      return theirs?.normalizeString(character) !== ours?.normalizeString(character);
    });
    expect(other.filter((point) => old.test(String.fromCodePoint(point)))).toEqual([]);
    expect(other.length).toBeLessThan(150);
  },
);
