import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openTokenizer, tokenizerJsonOf } from './open-tokenizer.ts';
import { tokenizerKeys } from './tokenizer-keys.ts';

interface Case {
  readonly name: string;
  readonly model: string;
  readonly files: Readonly<Record<string, string>>;
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly pair: readonly number[];
  readonly mask: number;
}

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8')) as T;
const { cases } = read<{ cases: readonly Case[] }>('files.json');
const bytes = (text: string) => new TextEncoder().encode(text);
const filesOf = (files: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, bytes(typeof text === 'string' ? text : JSON.stringify(text))]),
  );

describe('folders of files give the ids of transformers’ AutoTokenizer (tooling/oracles/tokenizer_files.py)', () => {
  it.each(cases)('$name', async ({ name, files, model, texts, ids, pair, mask }) => {
    const { tokenizer, special } = openTokenizer(filesOf(files), 'here', { modelConfig: { model_type: model } });
    const encodings = await tokenizer.encodeBatch(texts);
    expect(encodings.map((encoding) => [...encoding.ids])).toEqual(ids);
    const [two] = await tokenizer.encodeBatch([['hello', 'a b']]);
    expect([...(two?.ids ?? [])]).toEqual(pair);
    expect(special.mask).toBe(mask);
    // Places stay within the text, and in order.
    for (const [i, { offsets }] of encodings.entries()) {
      let before = 0;
      for (const [start, end] of offsets) {
        if (start === 0 && end === 0) continue;
        // A blank that RoBERTa puts before a text stands nowhere.
        if (!name.includes('blank')) expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeLessThanOrEqual((texts[i] as string).length);
        before = start;
      }
    }
  });
});

const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'b', '非常', '好', 'café'];
const vocab = `${vocabulary.join('\n')}\n`;
const open = (files: Readonly<Record<string, unknown>>, model?: Readonly<Record<string, unknown>>) =>
  openTokenizer(filesOf({ 'vocab.txt': vocab, ...files }), 'here', { modelConfig: model });

describe('what is odd in files is told', () => {
  it('blank, repeated and trailing-space lines keep their ids, also of tokens behind them', () => {
    const { tokenizer, notes } = open({ 'vocab.txt': `${vocab}\n\nc \na\nz\n` });
    expect([tokenizer.idOf('z'), tokenizer.idOf('c'), tokenizer.idOf('a'), tokenizer.tokenOf(5)]).toEqual([
      14,
      12,
      13,
      undefined,
    ]);
    expect(tokenizer.size).toBe(15);
    expect(notes).toEqual([
      'vocab.txt has 2 blank lines, which keep their ids (the first on line 11)',
      'vocab.txt has 1 tokens that stand twice, of which the last line holds (the first on line 14)',
      'vocab.txt has 1 tokens with blanks behind them, which are left out (the first on line 13)',
    ]);
  });
  it('RoFormer’s places are those of the text as it was written', async () => {
    const { tokenizer } = open({ 'tokenizer_config.json': { tokenizer_class: 'RoFormerTokenizer' } });
    const text = 'CAFÉ 非常[MASK]好';
    const [encoding] = await tokenizer.encodeBatch([text]);
    expect(encoding?.offsets.map(([start, end]) => text.slice(start, end))).toEqual([
      '',
      'CAFÉ',
      '非常',
      '[MASK]',
      '好',
      '',
    ]);
  });
});

describe('what is not implemented is refused by name', () => {
  it.each([
    ['a class', { tokenizer_class: 'BertJapaneseTokenizer' }, "the tokenizer's class is BertJapaneseTokenizer"],
    ['a class of somebody’s own', { tokenizer_class: 'MyTokenizer' }, 'MyTokenizer, which is not implemented here'],
    ['a class that is no name', { tokenizer_class: 3 }, 'tokenizer_class is 3, expected a name'],
    [
      'special tokens that are split',
      { split_special_tokens: true },
      'split_special_tokens is true, read is only false or null',
    ],
    ['words that are never split', { never_split: ['a'] }, 'never_split is ["a"]'],
    ['no basic tokenisation', { do_basic_tokenize: false }, 'do_basic_tokenize is false'],
    ['another prefix', { wordpieces_prefix: '@@' }, 'wordpieces_prefix is "@@"'],
    ['a third end of a text', { truncation_side: 'top' }, 'truncation_side is "top"'],
    ['lower case by a word', { do_lower_case: 'yes' }, 'do_lower_case is "yes", expected true or false'],
    [
      'added tokens that are none',
      { added_tokens_decoder: { 10: 7 } },
      'added_tokens_decoder has 7 where a token belongs',
    ],
    [
      'an added token of another id',
      { added_tokens_decoder: { 99: { content: '[x]' } } },
      "'[x]' is said to have the id 99, and gets 10",
    ],
  ])('%s', (_what, config, message) => {
    expect(() => open({ 'tokenizer_config.json': config })).toThrow(message);
  });
  it('a token or a setting that is null, where transformers has none or refuses', () => {
    const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a'].join('\n');
    const told = (settings: object) => () => open({ 'vocab.txt': vocabulary, 'tokenizer_config.json': settings });
    expect(told({ mask_token: null, unk_token: null })).toThrow('unk_token, mask_token is null; name the token');
    expect(told({ do_lower_case: null })).toThrow('do_lower_case is null, expected true or false');
    expect(told({ strip_accents: null, tokenizer_class: null })).not.toThrow();
  });

  it('a class that config.json names, and a model without files of its kind', () => {
    expect(() => open({}, { model_type: 'bert', tokenizer_class: 'BertJapaneseTokenizer' })).toThrow(
      'BertJapaneseTokenizer',
    );
    expect(() => openTokenizer({}, 'here', { modelConfig: { model_type: 'roberta' } })).toThrow(
      'here has neither tokenizer.json nor vocab.json and merges.txt',
    );
    expect(() => open({ 'tokenizer_config.json': { tokenizer_class: 'XLMRobertaTokenizer' } })).toThrow(
      'here has no tokenizer.json, which a XLMRobertaTokenizer is read from; save the tokenizer into it',
    );
  });
  it('an added token whose id a hole in the vocabulary leaves to another', () => {
    expect(() => open({ 'vocab.txt': `${vocab}\n\nz\n`, 'added_tokens.json': { '[x]': 13 } })).toThrow(
      "'[x]' would get the id 12, which another token has: the vocabulary has holes",
    );
  });
  it('a tokenizer.json of another model than the class has', () => {
    const other = { model: { type: 'Unigram', vocab: [['a', 0]] } };
    expect(() =>
      open({ 'tokenizer.json': other, 'tokenizer_config.json': { tokenizer_class: 'BertTokenizer' } }),
    ).toThrow('tokenizer.json is not what the class BertTokenizer makes (its model is of kind "Unigram")');
  });
});

describe('a tokenizer.json that the native code would not survive is refused first', () => {
  const whole = JSON.parse(tokenizerJsonOf(filesOf({ 'vocab.txt': vocab }), 'here')) as Record<string, unknown>;
  const asIs = (changes: Readonly<Record<string, unknown>>) =>
    openTokenizer(
      filesOf({
        'tokenizer.json': { ...whole, ...changes },
        'tokenizer_config.json': { tokenizer_class: 'TokenizersBackend' },
      }),
      'here',
    );
  const split = (pattern: string) => ({
    pre_tokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
  });
  const replace = (pattern: unknown, content: string) => ({ type: 'Replace', pattern, content });
  const template = whole.post_processor as Record<string, unknown>;
  it.each([
    [
      'a template that names an absent token',
      { post_processor: { ...template, single: [{ SpecialToken: { id: '[NO]', type_id: 0 } }] } },
      "the template names '[NO]'",
    ],
    [
      'a template of an absent token’s id',
      { post_processor: { ...template, special_tokens: { '[CLS]': { id: '[CLS]', ids: [99], tokens: ['[CLS]'] } } } },
      "'[CLS]' has tokens and ids",
    ],
    [
      'RoBERTa’s, of absent tokens',
      {
        post_processor: {
          type: 'RobertaProcessing',
          sep: ['</s>', 2],
          cls: ['<s>', 0],
          trim_offsets: true,
          add_prefix_space: false,
        },
      },
      'sep is ["</s>",2]',
    ],
    [
      'a sequence of processors',
      {
        post_processor: {
          type: 'Sequence',
          processors: [{ type: 'BertProcessing', sep: ['x', 1], cls: ['[CLS]', 2] }],
        },
      },
      'sep is ["x",1]',
    ],
    ['a repetition in a repetition', split('(a+)+$'), 'repeats a group that repeats something itself'],
    ['alternatives that are repeated', split('(a|aa)+$'), 'has alternatives'],
    ['a reference', split('(a)\\1'), 'refers to a group'],
    ['many endless repetitions', split('a*a*a*a*a*a*b'), 'more than four endless repetitions'],
    ['a bounded repetition in another', split('(?:a{1,50}){1,50}b'), 'repeats something itself'],
    [
      'the same in a sequence',
      { pre_tokenizer: { type: 'Sequence', pretokenizers: [split('(x*)*').pre_tokenizer] } },
      'might take for ever',
    ],
    ['a pattern found everywhere', { normalizer: replace({ String: '' }, 'x') }, 'a pattern is empty'],
    [
      'four replacements that make gigabytes',
      {
        normalizer: {
          type: 'Sequence',
          normalizers: [1, 2, 3, 4].map(() => replace({ String: 'a' }, 'a'.repeat(300))),
        },
      },
      '8.10e+9 times as long',
    ],
    ['one long replacement', { normalizer: replace({ Regex: '.' }, 'x'.repeat(1000)) }, 'times as long'],
    [
      'a template of one text that names the second',
      { post_processor: { ...template, single: [{ Sequence: { id: 'B', type_id: 0 } }] } },
      "names the second, 'B'",
    ],
    [
      'a table of characters that is none',
      { normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } },
      "none of sentencepiece's",
    ],
    [
      'merges without the prefix',
      {
        model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'], continuing_subword_prefix: '##' },
        added_tokens: [],
        post_processor: null,
      },
      'has a second piece without the prefix "##"',
    ],
    ['a part without a type', { post_processor: { ...template, type: undefined } }, 'a part of type undefined'],
    ['a part of a type that there is not', { normalizer: { type: 'Magic' } }, 'a part of type "Magic"'],
    ['a charsmap that is not there', { normalizer: { type: 'Precompiled' } }, "none of sentencepiece's"],
    [
      'an added token of which nothing is left',
      { added_tokens: [...(whole.added_tokens as object[]), { content: '\u0000', normalized: true }] },
      'has nothing that the normalizer leaves',
    ],
    ['pieces of no length', { pre_tokenizer: { type: 'FixedLength', length: 0 } }, 'FixedLength of 0'],
    [
      'an id that is no number',
      { model: { ...(whole.model as object), vocab: { ...(whole.model as { vocab: object }).vocab, b: -1 } } },
      "'b' has the id -1",
    ],
    [
      'an id of two thousand million',
      { model: { ...(whole.model as object), vocab: { ...(whole.model as { vocab: object }).vocab, b: 2e9 } } },
      "'b' has the id 2000000000",
    ],
    [
      'words of any length',
      { model: { ...(whole.model as object), max_input_chars_per_word: 1e9 } },
      'max_input_chars_per_word is 1000000000',
    ],
    ['dropout', { model: { ...(whole.model as object), dropout: 0.5 } }, 'dropout is 0.5'],
  ])('%s', (_what, changes, message) => {
    expect(() => asIs(changes)).toThrow(message);
  });
  it('what published tokenizers have is read', () => {
    for (const pattern of [
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}]*[\\p{Ll}\\p{M}]+(?i:'s|'t)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+",
      '[[:punct:]]|\\d',
    ])
      expect(() => asIs(split(pattern))).not.toThrow();
  });
});

describe('every key of transformers’ tokenizers (tooling/oracles/reader_keys.py)', () => {
  const { tokenizers, transformers } = JSON.parse(
    readFileSync(new URL('../fixtures/reader-keys.json', import.meta.url), 'utf8'),
  ) as { transformers: string; tokenizers: Readonly<Record<string, readonly string[]>> };
  it.each(Object.entries(tokenizers))(
    `%s of transformers ${transformers} is read, refused or harmless`,
    (_name, keys) => {
      expect(keys.filter((key) => !Object.hasOwn(tokenizerKeys, key))).toEqual([]);
    },
  );
});
