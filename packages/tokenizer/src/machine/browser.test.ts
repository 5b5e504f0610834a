import { expect, it, vi } from 'vitest';
import { nativeTokenizer } from '../native-tokenizer.ts';
import { tokenizerJson } from '../tokenizer-json.ts';
import { vocabularyFrom } from '../vocabulary.ts';
import { wordBoundaries } from '../word-boundaries.ts';
import * as browser from './browser.ts';
import type * as Node from './node.ts';

// From here on every test asks the browser's code, also those of the other file: all that Python's tokenizers were asked.
vi.mock('#machine', () => import('./browser.ts'));
await import('../reference.test.ts');
/** What stands behind the mock. */
const node = await vi.importActual<typeof Node>('#machine');

const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const json = tokenizerJson(vocabularyFrom([...special, '床', '月', 'moon', '##light', '##s', '!', 'é', 'e']));

it('a browser has every name that Node has', () => {
  expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort());
  // The mock does not reach here.
  expect(node.binding).not.toBe(browser.binding);
});

it('added tokens of every kind give what the native code gives: ids, words, places', async () => {
  const file = JSON.parse(json);
  const kinds = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
  file.added_tokens.push(
    { ...kinds, id: 13, content: '<left>', lstrip: true },
    { ...kinds, id: 14, content: '<right>', rstrip: true, special: true },
    { ...kinds, id: 15, content: 'whole', single_word: true },
    { ...kinds, id: 16, content: 'ÉTÉ', normalized: true },
    { ...kinds, id: 17, content: '<left><right>' },
  );
  const texts = [
    '床  <left> 月',
    '<right>   moonlights! 𠀀😀[MASK]',
    'a whole,whole wholes éÉté e\u0301tE 月',
    '<left><right><left> <right> moon\u0000lights [SEP] \u200b',
    '  ',
    '',
  ];
  const [theirs, ours] = [node.binding(), browser.binding()].map(({ Tokenizer }) =>
    Tokenizer.fromString(JSON.stringify(file)),
  );
  for (const text of texts) {
    const [expected] = (await theirs?.encodeBatch([text])) ?? [];
    const [found] = (await ours?.encodeBatch([text])) ?? [];
    const pair = await ours?.encode(text, '月 moons');
    const expectedPair = await theirs?.encode(text, '月 moons');
    for (const [one, other] of [
      [found, expected],
      [pair, expectedPair],
    ]) {
      expect(one?.getIds(), text).toEqual(other?.getIds());
      expect(one?.getTypeIds(), text).toEqual(other?.getTypeIds());
      expect(one?.getSpecialTokensMask(), text).toEqual(other?.getSpecialTokensMask());
      expect(one?.getOffsets(), text).toEqual(other?.getOffsets());
      const words = (encoding = one) => encoding?.getWordIds().map((word) => word ?? -1);
      expect(words(), text).toEqual(words(other));
      const sequences = (encoding = one) => encoding?.getSequenceIds().map((sequence) => sequence ?? -1);
      expect(sequences(pair), text).toEqual(sequences(expectedPair));
    }
    const ids = expected?.getIds() ?? [];
    expect(await ours?.decode(ids, true)).toBe(await theirs?.decode(ids, true));
    expect(await ours?.decode(ids, false)).toBe(await theirs?.decode(ids, false));
  }
  expect(ours?.getVocabSize()).toBe(theirs?.getVocabSize());
  for (const id of [0, 13, 17, 18]) expect(ours?.idToToken(id)).toBe(theirs?.idToToken(id) ?? null);
  expect([ours?.tokenToId('<left>'), ours?.tokenToId('none')]).toEqual([13, null]);
});

it('what a browser does not read is refused by the names of its parts, and jieba by what needs it', () => {
  const file = JSON.parse(json);
  const bytes = JSON.stringify({
    ...{ ...file, pre_tokenizer: { type: 'UnicodeScripts' }, decoder: { type: 'CTC' } },
    normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Nmt' }] },
    model: { ...file.model, type: 'WordLevel' },
  });
  expect(() => nativeTokenizer(bytes)).toThrow(
    "in a browser BERT's, RoBERTa's and sentencepiece's rules are read, and here model is WordLevel, normalizer has Nmt, pre_tokenizer has UnicodeScripts, decoder has CTC; encode its texts under Node",
  );
  expect(() => wordBoundaries('床前明月光')).toThrow(/jieba's words .*masking of whole words.* need Node/);
});
