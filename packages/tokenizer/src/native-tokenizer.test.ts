import { describe, expect, it } from 'vitest';
import { encode, nativeTokenizer, tokenizerJson, trainVocabulary, wordBoundaries } from './index.ts';

const corpus = [
  '床前明月光，疑是地上霜。',
  'Playing with words: Ünïcödé, naïve café!',
  '𠀀𠮷野家 😀 emoji 2024年',
  'don’t stop…',
  'x\u0000y\ufffdz\u200b',
];
const vocabulary = trainVocabulary(corpus, { size: 400, minimum: 1 });
const native = nativeTokenizer(tokenizerJson(vocabulary));

/** Strings of characters that have gone wrong somewhere: astral Han, controls, combining marks, punctuation of every kind. */
function strings(count: number): string[] {
  const pool = [
    ...'床前明月光，。！ abcXYZéñüÅ\t\n\r\u0000\u0007\ufffd\u200b\u00a0\u3000𠀀𠮷😀-_.…’“”《》$+<=>^`|~０Ａ한글カダШй\u0301İß',
    'ﬁ',
    'word',
    '2024',
  ];
  let state = 99;
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * limit);
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: below(24) }, () => pool[below(pool.length)]).join(''),
  );
}

describe('our WordPiece against the native tokenizers', () => {
  it('gives the same ids for 20,000 random strings and a line of 1 MB', async () => {
    const texts = [...strings(20_000), '', corpus.join('').repeat(20_000)];
    const theirs = await native.encodeBatch(texts);
    const different = texts.filter((text, i) => String(encode(vocabulary, text).ids) !== String(theirs[i]?.ids));
    expect(different.map((text) => JSON.stringify(text)).slice(0, 5)).toEqual([]);
  });

  it('agrees on pairs: ids, segments, special tokens and word numbers', async () => {
    const [theirs] = await native.encodeBatch([['床前明月', '疑是 霜霜']]);
    const ours = encode(vocabulary, '床前明月', '疑是 霜霜');
    for (const field of ['ids', 'segments', 'special', 'words'] as const)
      expect([...(theirs?.[field] ?? [])], field).toEqual([...ours[field]]);
  });
});

describe('nativeTokenizer', () => {
  it('offsets are UTF-16, also behind astral characters', async () => {
    const text = '😀明𠀀月 霜';
    const [encoding] = await native.encodeBatch([text]);
    const inside = encoding?.offsets.filter((_, i) => !encoding.special[i]) ?? [];
    expect(inside.map(([start, end]) => text.slice(start, end))).toEqual(['😀', '明', '𠀀', '月', '霜']);
  });

  it('a lone surrogate is an error, or replaced when asked', async () => {
    await expect(native.encodeBatch(['好', 'a\ud800b'])).rejects.toThrow('text 1 holds a lone surrogate');
    const lenient = nativeTokenizer(tokenizerJson(vocabulary), { onInvalid: 'replace' });
    expect((await lenient.encodeBatch(['a\ud800b']))[0]?.ids.length).toBeGreaterThan(2);
  });
});

describe('wordBoundaries', () => {
  it('cuts words, and spans cover the text', () => {
    const text = '我们在北京大学学习𠀀自然语言处理';
    const spans = wordBoundaries(text);
    expect(spans.map(([start, end]) => text.slice(start, end))).toContain('北京大学');
    expect(spans.map(([start, end]) => text.slice(start, end)).join('')).toBe(text);
  });
});

describe('maximumLength', () => {
  it('cuts texts, special tokens included, the longer text of a pair first', async () => {
    const short = nativeTokenizer(tokenizerJson(vocabulary), { maximumLength: 7 });
    const [single, pair] = await short.encodeBatch(['床前明月光，疑是地上霜', ['床前明月光', '月']]);
    expect([...(single?.ids ?? [])]).toEqual([...encode(vocabulary, '床前明月光').ids]);
    expect([...(pair?.ids ?? [])]).toEqual([...encode(vocabulary, '床前明', '月').ids]);
  });
});
