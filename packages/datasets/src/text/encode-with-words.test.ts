import { nativeTokenizer, tokenizerJson, trainVocabulary } from '@cloze/tokenizer';
import { describe, expect, it } from 'vitest';
import { encodeWithWords } from './encode-with-words.ts';

const vocabulary = trainVocabulary(['我来到北京清华大学', 'masked language models'], { size: 60 });
const tokenizer = nativeTokenizer(tokenizerJson(vocabulary), { maximumLength: 32 });

describe('encodeWithWords', () => {
  it("joins what jieba takes for a word, and pieces to theirs; special tokens have none of their own's words", async () => {
    const [{ ids, wordNumbers, special } = { ids: [], wordNumbers: [], special: [] }] = await encodeWithWords(
      tokenizer,
      ['来到北京'],
    );
    expect(ids).toHaveLength(6);
    expect([...special]).toEqual([1, 0, 0, 0, 0, 1]);
    const [first, second, third, fourth] = [...wordNumbers].slice(1, 5);
    expect([first === second, second === third, third === fourth]).toEqual([true, false, true]);
  });

  it('gives a text what it gets alone, wherever it stands among more than are encoded at once', async () => {
    const texts = Array.from(
      { length: 2100 },
      (_, i) => ['清华大学', '北京', 'masked models', '我来到'][i % 4] as string,
    );
    const [all, alone] = await Promise.all([
      encodeWithWords(tokenizer, texts),
      encodeWithWords(tokenizer, texts.slice(0, 4)),
    ]);
    expect(all).toHaveLength(2100);
    for (const [i, encoding] of all.entries()) expect(encoding).toEqual(alone[i % 4]);
  });
});
