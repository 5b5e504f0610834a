import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { binding } from '#machine';
import type { NativeEncoding } from './binding.ts';
import { encodeLong } from './encode-long.ts';
import {
  codePointOffsets,
  encode,
  type NativeOptions,
  nativeTokenizer,
  openTokenizer,
  padEncodings,
  parseVocabulary,
  splitWords,
  tokenizerJson,
  trainVocabulary,
  type Vocabulary,
  vocabularyFrom,
  wordBoundaries,
} from './index.ts';
import { placeEncoding } from './place-encoding.ts';
import { truncatedLengths } from './truncated-lengths.ts';
import { writtenTokens } from './written-tokens.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const vocabulary = vocabularyFrom([
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  '我',
  '爱',
  'play',
  '##ing',
  '##s',
  '。',
  '𠀀',
  '😀',
]);
const native = nativeTokenizer(tokenizerJson(vocabulary));

describe('splitWords', () => {
  it('isolates Han and punctuation, keeps astral Han whole, lower-cases and strips accents', () => {
    expect(splitWords('我爱PLAYing。𠀀é\u0000!')).toEqual(['我', '爱', 'playing', '。', '𠀀', 'e', '!']);
  });
  it('normalises before it splits: ≠ is = once accents are gone, and splits', () => {
    expect(splitWords('R≠F')).toEqual(['r', '=', 'f']);
    expect(splitWords('R≠F', { stripAccents: false })).toEqual(['r≠f']);
  });
});

describe('encode', () => {
  it('is longest match first, with unknown words whole', () => {
    expect([...encode(vocabulary, '我playings。 xyz𠀀').ids]).toEqual([2, 5, 7, 8, 9, 10, 1, 11, 3]);
    expect([...encode(vocabulary, '').ids]).toEqual([2, 3]);
  });
  it('numbers words and segments of a pair, and cuts the longer text first', () => {
    const { ids, segments, wordNumbers } = encode(vocabulary, '我我我我', '爱爱', { maximumLength: 7 });
    expect([...ids]).toEqual([2, 5, 5, 3, 6, 6, 3]);
    expect([...segments]).toEqual([0, 0, 0, 0, 1, 1, 1]);
    expect([...wordNumbers]).toEqual([-1, 0, 1, -1, 2, 3, -1]);
  });
  it('agrees with the native tokenizer on a pair, and both refuse a length without room', async () => {
    const [theirs] = await native.encodeBatch([['我playing', '爱。 爱']]);
    const ours = encode(vocabulary, '我playing', '爱。 爱');
    for (const field of ['ids', 'segments', 'special', 'wordNumbers'] as const)
      expect([...(theirs?.[field] ?? [])], field).toEqual([...ours[field]]);
    const message = 'maximumLength 1 leaves no room for 2 special tokens';
    expect(() => encode(vocabulary, '我', undefined, { maximumLength: 1 })).toThrow(message);
    await expect(nativeTokenizer(tokenizerJson(vocabulary), { maximumLength: 1 }).encodeBatch(['我'])).rejects.toThrow(
      message,
    );
  });
  it('cuts never below zero and never more than asked', () => {
    for (let first = 0; first < 9; first++)
      for (let second = 0; second < 9; second++)
        for (let room = 0; room < 19; room++) {
          const [a, b] = truncatedLengths(first, second, room);
          expect(a + b).toBe(Math.min(first + second, room));
          expect(a >= 0 && a <= first && b >= 0 && b <= second, `${first} ${second} ${room}`).toBe(true);
        }
  });
});

it.each([[['床', '月']], [undefined], [null], ['床'], [{ tokens: ['床'] }]])(
  'what is no vocabulary is named: %j',
  (given) => {
    const of = given as unknown as Vocabulary;
    expect(() => tokenizerJson(of)).toThrow('tokenizerJson: expected a vocabulary, as vocabularyFrom makes one, got');
    expect(() => encode(of, '床')).toThrow('encode: expected a vocabulary');
  },
);

describe('nativeTokenizer', () => {
  it('offsets are UTF-16, also behind astral characters; code points on request', async () => {
    const text = '😀我𠀀爱 。';
    const [encoding] = await native.encodeBatch([text]);
    const inside = encoding?.offsets.filter((_, i) => !encoding.special[i]) ?? [];
    expect(inside.map(([start, end]) => text.slice(start, end))).toEqual(['😀', '我', '𠀀', '爱', '。']);
    const points = [...text];
    expect(codePointOffsets(text, inside).map(([start, end]) => points.slice(start, end).join(''))).toEqual([
      '😀',
      '我',
      '𠀀',
      '爱',
      '。',
    ]);
  });
  it('a lone surrogate is an error that names the text and the place, or replaced when asked', async () => {
    await expect(native.encodeBatch(['好', 'a\ud800b'])).rejects.toThrow(
      'text 1 holds a lone surrogate (unit 1, U+D800)',
    );
    expect(() => encode(vocabulary, 'a\udc00')).toThrow('lone surrogate');
    const lenient = nativeTokenizer(tokenizerJson(vocabulary), { onInvalid: 'replace' });
    expect((await lenient.encodeBatch(['a\ud800b']))[0]?.ids.length).toBeGreaterThan(2);
  });
  it('names what is no text, no pair and no list', async () => {
    const run = (texts: unknown) => native.encodeBatch(texts as string[]);
    await expect(run(['明', undefined])).rejects.toThrow('encodeBatch: text 1 is undefined, expected a string.');
    await expect(run([3])).rejects.toThrow('text 0 is a number (3)');
    await expect(run([['a', null]])).rejects.toThrow('the second of pair 0 is null');
    await expect(run([['a', 'b', 'c']])).rejects.toThrow('text 0 is a list of 3, expected a text or a pair');
    await expect(run('明月')).rejects.toThrow(
      'encodeBatch: expected a list, got a string ("明月"); for one text give [text].',
    );
    await expect(run(null)).rejects.toThrow(TypeError);
    expect(() => encode(vocabulary, undefined as never)).toThrow('encode: the text is undefined');
    expect(() => encode(vocabulary, 'a', 5 as never)).toThrow('encode: the pair is a number (5)');
    expect(() => padEncodings([undefined as never], { padId: 0 })).toThrow('encoding 0 is undefined');
    expect(() => wordBoundaries(7 as never)).toThrow('the text is a number (7)');
  });
  it('cuts the side and the text that it is told, and says how many tokens', async () => {
    const opened = (options: NativeOptions) =>
      nativeTokenizer(tokenizerJson(vocabulary), { maximumLength: 7, ...options });
    const first = '我爱。我爱';
    const second = '爱爱';
    const cases = [
      [{}, [2, 5, 6, 3, 6, 6, 3], [3, 0]],
      [{ truncation: 'only_first' }, [2, 5, 6, 3, 6, 6, 3], [3, 0]],
      [{ truncation: 'only_first', truncationSide: 'left' }, [2, 5, 6, 3, 6, 6, 3], [3, 0]],
      [{ truncationSide: 'left', maximumLength: 8 }, [2, 10, 5, 6, 3, 6, 6, 3], [2, 0]],
    ] as const;
    for (const [options, ids, cut] of cases) {
      const [theirs] = await opened(options).encodeBatch([[first, second]]);
      const ours = encode(vocabulary, first, second, { maximumLength: 7, ...options });
      for (const one of [theirs, ours]) expect([[...(one?.ids ?? [])], one?.cut]).toEqual([ids, cut]);
      expect(theirs?.wordNumbers).toEqual(ours.wordNumbers);
    }
    const [left] = await opened({ truncationSide: 'left', maximumLength: 4 }).encodeBatch(['我爱。']);
    expect([...(left?.ids ?? [])]).toEqual([2, 6, 10, 3]);
    expect(left?.offsets.slice(1, 3)).toEqual([
      [1, 2],
      [2, 3],
    ]);
    await expect(opened({ truncation: 'only_second' }).encodeBatch([[first, second]])).rejects.toThrow(
      "encodeBatch: text 0: 3 tokens too many, and truncation 'only_second' may only cut the second text, which has 2; allow more, or use 'longest_first'.",
    );
    await expect(opened({ truncation: 'only_second', maximumLength: 4 }).encodeBatch([first])).rejects.toThrow(
      'which has 0',
    );
    expect(() => opened({ truncation: 'longest' as never, truncationSide: 'both' as never })).toThrow(
      /truncation must be one of longest_first, only_first, only_second, got "longest".*; truncationSide must be one of right, left, got "both"/,
    );
    for (const maximumLength of [Number.NaN, 0, -1, 2.5, '8'])
      expect(() => opened({ maximumLength: maximumLength as number })).toThrow('maximumLength must be');
    expect(() => opened({ truncationSid: 'left' } as NativeOptions)).toThrow(
      "nativeTokenizer: there is no option 'truncationSid', did you mean 'truncationSide'?",
    );
    expect(() => encode(vocabulary, '我', undefined, { maxLength: 3 } as object)).toThrow(
      "encode: there is no option 'maxLength'",
    );
    const [whole] = await opened({}).encodeBatch(['我爱\u200b']);
    expect(whole?.cut).toBeUndefined();
  });
  it('a text far longer than what is kept is encoded a window at a time, with the same tokens kept and cut', async () => {
    const pieces = ['我爱', 'playing plays ', '。', '[MASK] ', '😀𠀀', ' ', 'xyzzy ', '爱我我'];
    const text = Array.from({ length: 3000 }, (_, i) => pieces[(i * 7 + (i >> 3)) % pieces.length]).join('');
    for (const side of ['right', 'left'] as const)
      for (const maximumLength of [8, 40]) {
        const marks = writtenTokens(tokenizerJson(vocabulary));
        const handle = binding().Tokenizer.fromString(tokenizerJson(vocabulary));
        const placing = { where: 'here', maximumLength, side, written: marks };
        const [whole] = await handle.encodeBatch([text]);
        const expected = placeEncoding(whole as NativeEncoding, [text], placing);
        for (const window of [50, 333, 5000]) {
          const { encoding, part, start, elsewhere } = await encodeLong(handle, text, { maximumLength, window, side });
          const found = placeEncoding(encoding, [part], { ...placing, start, elsewhere });
          for (const field of ['ids', 'special', 'cut', 'offsets', 'written'] as const)
            expect(found[field], `${field} ${side} ${window}`).toEqual(expected[field]);
        }
      }
    // What gives no tokens makes the window longer: the text behind counts.
    const blank = `${'\u200b'.repeat(70_000)}${' '.repeat(300_000)}我爱我`;
    const [kept] = await nativeTokenizer(tokenizerJson(vocabulary), { maximumLength: 4 }).encodeBatch([blank]);
    expect([...(kept?.ids ?? [])]).toEqual([2, 5, 6, 3]);
    expect(kept?.cut).toEqual([1]);
    expect(kept?.offsets[1]).toEqual([370_000, 370_001]);
  });
  it('decodes, and refuses ids that are no token', async () => {
    expect(await native.decode([2, 5, 7, 8, 3])).toBe('我 playing');
    await expect(native.decode([5, 99])).rejects.toThrow('id 99 at place 1 is not one of the 13 tokens');
  });
  it('a file that is no tokenizer.json is one sentence', () => {
    expect(() => nativeTokenizer('{"x":1}')).toThrow('this is not a tokenizer.json');
  });
});

describe('openTokenizer', () => {
  const lines = bytes(`${vocabulary.tokens.join('\n')}\n`);
  it('takes tokenizer.json before vocab.txt, without its padding and truncation', async () => {
    const json = { ...JSON.parse(tokenizerJson(vocabulary)), truncation: null };
    json.padding = {
      strategy: { Fixed: 128 },
      direction: 'Right',
      pad_to_multiple_of: null,
      pad_id: 0,
      pad_type_id: 0,
      pad_token: '[PAD]',
    };
    const { tokenizer, special, maskToken } = openTokenizer(
      { 'tokenizer.json': bytes(JSON.stringify(json)), 'vocab.txt': bytes('nonsense') },
      'here',
    );
    expect([...((await tokenizer.encodeBatch(['我爱']))[0]?.ids ?? [])]).toEqual([2, 5, 6, 3]);
    expect(special).toEqual({ pad: 0, unknown: 1, classify: 2, separate: 3, mask: 4 });
    expect(maskToken).toBe('[MASK]');
  });
  it('special tokens may have other names', async () => {
    const named = bytes(['<p>', '<u>', '<c>', '<s>', '<m>', '我'].join('\n'));
    const config = {
      pad_token: '<p>',
      unk_token: '<u>',
      cls_token: { content: '<c>' },
      sep_token: '<s>',
      mask_token: '<m>',
    };
    const { tokenizer, maskToken } = openTokenizer(
      { 'vocab.txt': named, 'tokenizer_config.json': bytes(JSON.stringify(config)) },
      'here',
    );
    expect([...((await tokenizer.encodeBatch(['我<m>x']))[0]?.ids ?? [])]).toEqual([2, 5, 4, 1, 3]);
    expect(maskToken).toBe('<m>');
  });
  it('says what is missing or wrong in one sentence', () => {
    expect(() => openTokenizer({}, 'runs/x')).toThrow('runs/x has neither tokenizer.json nor vocab.txt');
    expect(() => openTokenizer({ 'vocab.txt': lines, 'tokenizer_config.json': bytes('[') }, 'x')).toThrow(
      'tokenizer_config.json is not JSON',
    );
    const wrong = bytes('{"do_lower_case":"no"}');
    expect(() => openTokenizer({ 'vocab.txt': lines, 'tokenizer_config.json': wrong }, 'x')).toThrow(
      'do_lower_case is "no", expected true or false',
    );
    expect(() => openTokenizer({ 'vocab.txt': bytes('[PAD]\na\na\n') }, 'x')).toThrow(
      "x: the vocabulary: '[UNK]' is missing; '[CLS]' is missing",
    );
  });
});

describe('padEncodings', () => {
  it('pads to a bucket; pads and specials are not maskable', () => {
    const batch = padEncodings([encode(vocabulary, '我爱'), encode(vocabulary, '我')], { padId: 0, buckets: [8, 6] });
    expect(batch.shape).toEqual([2, 6]);
    expect([...batch.ids]).toEqual([2, 5, 6, 3, 0, 0, 2, 5, 3, 0, 0, 0]);
    expect([...batch.maskable]).toEqual([0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  });
  it('refuses what does not fit, with both numbers', () => {
    expect(() => padEncodings([encode(vocabulary, '我爱')], { padId: 0, buckets: [3] })).toThrow(
      '4 tokens is longer than the largest bucket, 3',
    );
  });
});

describe('vocabularies', () => {
  it('training orders by frequency and breaks ties by code point', () => {
    expect(trainVocabulary(['我我爱', '爱我吃'], { size: 8, minimum: 1 }).tokens.slice(5)).toEqual(['我', '爱', '吃']);
  });
  it('training never exceeds the size, and every known word can be written', () => {
    const texts = ['playing plays played', '床前明月光', 'play'];
    for (const size of [7, 12, 20, 40])
      expect(trainVocabulary(texts, { size, minimum: 1 }).tokens.length).toBeLessThanOrEqual(size);
    const learned = trainVocabulary(texts, { size: 100, minimum: 1 });
    expect(learned.tokens).toContain('play');
    expect(encode(learned, texts.join(' ')).ids).not.toContain(learned.special.unknown);
  });
  it('an empty corpus, a useless size, duplicates, empty lines and missing special tokens are refused', () => {
    expect(() => trainVocabulary([' '], { size: 9 })).toThrow('the corpus is empty');
    expect(() => trainVocabulary(['a'], { size: 5 })).toThrow('size must be a whole number above 5');
    expect(() => trainVocabulary(['床前明月光'], { size: 100 })).toThrow(
      "no character occurs 2 times, '光' the most often with 1: every word would be [UNK]; give more text, or minimum: 1",
    );
    expect(() => trainVocabulary(['aa aa'], { size: 6 })).toThrow(
      "size 6 leaves no room beside the 5 special tokens for 'a' and its form inside words; give at least 7",
    );
    expect(trainVocabulary(['床前明月光'], { size: 100, minimum: 1 }).tokens).toHaveLength(10);
    expect(() => vocabularyFrom(['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'a', 'a', ''])).toThrow(
      "'a' stands on line 5 and line 6; line 7 is empty; '[MASK]' is missing",
    );
  });
  it('training takes texts, not a string of them, and names the text that is none', () => {
    const train = (texts: unknown) => () => trainVocabulary(texts as string[], { size: 100, minimum: 1 });
    expect(train('playing playing')).toThrow(
      'trainVocabulary: expected texts to go through, got a string ("playing playing"); for one text give [text]',
    );
    expect(train(['a', null])).toThrow('trainVocabulary: text 1 is null, expected a string');
    expect(train(undefined)).toThrow(TypeError);
    expect(train(new Set(['a', 'b']))).not.toThrow();
  });
  it('a line ends at a line feed only, so that U+2028 is a token as in bert-base-chinese', () => {
    expect(parseVocabulary(bytes('\ufeffa\r\n\u2028\nb'))).toEqual(['a', '\u2028', 'b']);
  });
  it('bytes that are no UTF-8 are named by their line, also behind a true U+FFFD', () => {
    const broken = Uint8Array.of(...bytes('\ufffd\na\n'), 0xe4, 0xb8, 0x0a, 0x62);
    expect(() => parseVocabulary(broken, 'v.txt')).toThrow('v.txt, line 3, is not UTF-8');
    expect(() => parseVocabulary(Uint8Array.of(0xff), 'v.txt')).toThrow('v.txt, line 1, is not UTF-8');
    expect(() => parseVocabulary(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0x0a, 0xe4), 'v.txt')).toThrow('line 2');
  });
});

describe('wordBoundaries', () => {
  it('cuts words, and spans cover the text', () => {
    const text = '我们在北京大学学习𠀀自然语言处理';
    const spans = wordBoundaries(text);
    expect(spans.map(([start, end]) => text.slice(start, end))).toContain('北京大学');
    expect(spans.map(([start, end]) => text.slice(start, end)).join('')).toBe(text);
  });
  it.each([
    ['10-20人', '10 - 20 人'],
    ['2021-04-06', '2021 - 04 - 06'],
    ['3+4', '3 + 4'],
    ['1_2', '1 _ 2'],
    ['A-1', 'A - 1'],
    ['6-0A好', '6 - 0A 好'],
    ['-5%9C++', '- 5% 9 C++'],
    ['10.5%-60%', '10.5% - 60%'],
    ['3.14和v1.0', '3.14 和 v1.0'],
    ['AT&T的C++', 'AT&T 的 C++'],
    ['0鿖3D鿖12_4年', '0 鿖 3D 鿖 12 _ 4 年'],
    ['甲㐀㐁乙', '甲 㐀 㐁 乙'],
    ['𠮷野家T恤', '𠮷 野家 T恤'],
  ])("cuts '%s' as Python's jieba 0.42.1 does", (text, words) => {
    expect(wordBoundaries(text).map(([start, end]) => text.slice(start, end))).toEqual(words.split(' '));
  });
  it('refuses a lone surrogate', () => {
    expect(() => wordBoundaries('北\ud800')).toThrow('lone surrogate');
  });
});

const data = process.env.CLOZE_DATA;

describe.skipIf(!data)('the shared corpus', () => {
  it('2,000 lines with the vocabulary of bert-base-chinese: encode equals the native tokenizer', async () => {
    const chinese = vocabularyFrom(parseVocabulary(readFileSync(`${data}/vocab/bert-base-chinese.txt`)));
    expect(chinese.tokens).toHaveLength(21_128);
    const lines = gunzipSync(readFileSync(`${data}/corpus/zh-modern.txt.gz`))
      .toString('utf8')
      .split('\n');
    const some = lines.filter((line, i) => i % 40 === 0 || line.includes('≠')).slice(0, 2000);
    expect(some.some((line) => line.includes('≠'))).toBe(true);
    const theirs = await nativeTokenizer(tokenizerJson(chinese)).encodeBatch(some);
    const different = some.filter((line, i) => String(encode(chinese, line).ids) !== String(theirs[i]?.ids));
    expect(different).toEqual([]);
  });
});
