import { integerBelow } from '@cloze/random';
import { openTokenizer } from '@cloze/tokenizer';
import { bendValue, bentText, pick } from './bend-json.ts';
import type { FuzzSubject } from './subject.ts';

const sound = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'b', '##a', '漢', '字', 'hello'];
const lines = [
  '',
  ' ',
  'a',
  'a ',
  '\u2028',
  '\ufeff',
  '\u00a0',
  '##',
  '##ing',
  '[x]',
  '😀',
  'x'.repeat(200),
  '\r',
  '\u0000',
  '__proto__',
  'constructor',
];
const settings = {
  ...{ do_lower_case: true, strip_accents: null, tokenize_chinese_chars: true, tokenizer_class: 'BertTokenizer' },
  ...{ added_tokens_decoder: { 11: { content: '[x]', special: true } }, model_max_length: 512, mask_token: '[MASK]' },
  ...{ additional_special_tokens: ['[y]'], truncation_side: 'right', never_split: null },
};

/** A folder of `vocab.txt` and, half the time, `tokenizer_config.json`, as one file: the settings stand before the first U+0001. */
export const fuzzVocabulary: FuzzSubject = {
  name: 'vocabulary',
  make: (random) => {
    const tokens = [...sound];
    for (let i = integerBelow(random, 5); i > 0; i--) {
      const at = integerBelow(random, tokens.length + 1);
      if (integerBelow(random, 2) === 0) tokens.splice(at, 0, pick(random, [...lines, ...sound]));
      else tokens.splice(at, 1);
    }
    const text = new TextEncoder().encode(
      tokens.join(pick(random, ['\n', '\n', '\r\n'])) + pick(random, ['\n', '', '\n\n']),
    );
    if (text.length > 0 && integerBelow(random, 8) === 0)
      text[integerBelow(random, text.length)] = integerBelow(random, 256);
    let value: unknown = integerBelow(random, 2) === 0 ? {} : settings;
    for (let i = value === settings ? integerBelow(random, 4) : 0; i > 0; i--)
      value = bendValue(random, value, ['RoFormerTokenizer', 'BertJapaneseTokenizer', '[x]', 'left']);
    return Uint8Array.from([...bentText(random, value), 1, ...text]);
  },
  read: (file) => {
    const cut = file.indexOf(1);
    openTokenizer({ 'tokenizer_config.json': file.subarray(0, cut), 'vocab.txt': file.subarray(cut + 1) }, 'fuzz');
  },
  // Each of ours says where: the folder, the file, or the function.
  isRefusal: (error) =>
    error instanceof Error &&
    !(error instanceof TypeError) &&
    /^(fuzz|openTokenizer|parseVocabulary|nativeTokenizer|encodeBatch)\b/.test(error.message),
};
