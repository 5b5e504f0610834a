import { integerBelow, type RandomStream } from '@cloze/random';
import { openTokenizer, tokenizerJson, vocabularyFrom } from '@cloze/tokenizer';
import { bendValue, bentText, pick } from './bend-json.ts';
import type { FuzzSubject } from './subject.ts';

const tokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'b', '##a', '漢', 'hello', '##ing'];
const wordPiece: unknown = JSON.parse(tokenizerJson(vocabularyFrom(tokens)));
const special = (content: string, id: number) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});
const bpe = {
  ...{
    version: '1.0',
    truncation: null,
    padding: null,
    normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] },
  },
  added_tokens: [special('<s>', 0), special('</s>', 1), special('<unk>', 2)],
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: {
    type: 'RobertaProcessing',
    sep: ['</s>', 1],
    cls: ['<s>', 0],
    trim_offsets: true,
    add_prefix_space: false,
  },
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    ...{
      type: 'BPE',
      dropout: null,
      unk_token: '<unk>',
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
    },
    ...{
      byte_fallback: false,
      ignore_merges: false,
      vocab: { '<s>': 0, '</s>': 1, '<unk>': 2, h: 3, e: 4, l: 5, o: 6, he: 7, ll: 8 },
      merges: ['h e', 'l l'],
    },
  },
};
const unigram = {
  ...{
    version: '1.0',
    truncation: { max_length: 8, stride: 0, strategy: 'LongestFirst', direction: 'Right' },
    padding: null,
  },
  added_tokens: [special('<s>', 0), special('</s>', 1), special('<unk>', 2)],
  normalizer: { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'WhitespaceSplit' },
      { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    ],
  },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '<s>': { id: '<s>', ids: [0], tokens: ['<s>'] } },
  },
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  model: {
    type: 'Unigram',
    unk_id: 2,
    vocab: [
      ['<s>', 0],
      ['</s>', 0],
      ['<unk>', 0],
      ['▁', -1],
      ['a', -2.5],
      ['b', -3],
      ['▁a', -1.5],
    ],
    byte_fallback: false,
  },
};
/** Parts that may stand where another does. */
const parts: readonly unknown[] = [
  ...[
    { type: 'Whitespace' },
    { type: 'Punctuation', behavior: 'Isolated' },
    { type: 'Digits', individual_digits: true },
  ],
  ...[
    { type: 'CharDelimiterSplit', delimiter: 'a' },
    { type: 'UnicodeScripts' },
    { type: 'FixedLength', length: 3 },
    { type: 'FixedLength', length: 0 },
  ],
  ...['(a+)+$', '(a|aa)+$', '\\s+(?!\\S)|\\s+', 'a{1,3}', '[', '(?<=a)b', 'a*?'].map((Regex) => ({
    type: 'Split',
    pattern: { Regex },
    behavior: 'Removed',
    invert: false,
  })),
  ...['', 'a', 'hello'].flatMap((text) => [{ type: 'Replace', pattern: { String: text }, content: 'a'.repeat(200) }]),
  ...[
    { type: 'Prepend', prepend: '▁' },
    { type: 'Strip', strip_left: true, strip_right: true },
    { type: 'StripAccents' },
    { type: 'NFKD' },
    { type: 'Nmt' },
  ],
  ...[
    { type: 'Precompiled', precompiled_charsmap: 'AAAA' },
    { type: 'Sequence', processors: [] },
    { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 99] },
  ],
  ...[
    { SpecialToken: { id: '[NO]', type_id: 0 } },
    { Sequence: { id: 'B', type_id: 9 } },
    { type: 'WordLevel', vocab: { a: 0 }, unk_token: 'a' },
  ],
];
const texts = [
  'hello a b',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab',
  '漢字 [MASK] <s>',
  '',
  'é\u0000\u2028😀',
];

/** `tokenizer.json` as it is: WordPiece, BPE and Unigram ones, bent; what opens must encode. */
export const fuzzTokenizerJson: FuzzSubject = {
  name: 'tokenizer-json',
  make: (random: RandomStream) => {
    let value: unknown = pick(random, [wordPiece, bpe, unigram]);
    for (let i = integerBelow(random, 5); i > 0; i--) value = bendValue(random, value, parts);
    return bentText(random, value);
  },
  read: async (file) => {
    const settings = new TextEncoder().encode('{"tokenizer_class":"TokenizersBackend"}');
    const { tokenizer } = openTokenizer({ 'tokenizer.json': file, 'tokenizer_config.json': settings }, 'fuzz');
    for (const { offsets } of await tokenizer.encodeBatch(texts)) void offsets;
    await tokenizer.encodeBatch([['hello', 'a b']]);
    if (tokenizer.size > 0 && tokenizer.tokenOf(0) !== undefined) await tokenizer.decode([0]);
  },
  // What opened and cannot encode a text refuses it in the native code's words.
  isRefusal: (error) => error instanceof Error && !(error instanceof TypeError),
};
