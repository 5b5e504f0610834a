import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NativeEncoding, NativeHandle } from '../binding.ts';
import * as browser from '../machine/browser.ts';
import * as node from '../machine/node.ts';
import { tokenizerJsonOf } from '../open-tokenizer.ts';
import { tokenizerJson } from '../tokenizer-json.ts';
import { vocabularyFrom } from '../vocabulary.ts';

interface Case {
  readonly name: string;
  readonly model: string;
  readonly files: Readonly<Record<string, unknown>>;
  readonly texts: readonly string[];
}
const { cases } = JSON.parse(readFileSync(new URL('../../fixtures/files.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};
const bytes = (text: unknown) => new TextEncoder().encode(typeof text === 'string' ? text : JSON.stringify(text));

/** Numbers below `count`, the same at every run (Park and Miller 1988). */
let seed = 1;
const below = (count: number) => {
  seed = (seed * 48271) % 0x7fffffff;
  return seed % count;
};
const stretches = [
  ...[
    'hello',
    'a b',
    ' ',
    '  ',
    '\n',
    '\t',
    '\u3000',
    '\u00a0',
    '\u0085',
    'é',
    'e\u0301',
    'a\u0323\u0301',
    'ﬁ',
    '①',
    'Ａ',
  ],
  ...[
    '今天',
    '非常好',
    '。',
    '，',
    '😀',
    '👩‍👩‍👧',
    '𠀀',
    '``',
    "''",
    "it's",
    "we'll",
    '12',
    'x3',
    '!?',
    '[MASK]',
    '<mask>',
    '[x]',
    '</s>',
  ],
  ...[
    '한국',
    '\u1112\u1161\u11ab',
    'Σ',
    'ß',
    'İ',
    '▁',
    'Ġ',
    '\u200b',
    '\u00ad',
    'क्षि',
    'ÀÉ',
    '½',
    '…',
    '\ufeff',
    'hé',
    'K',
  ],
];
const drawn = (count: number) =>
  Array.from({ length: count }, () =>
    Array.from({ length: 1 + below(7) }, () => stretches[below(stretches.length)]).join(''),
  );

/** All that an encoding says. */
const told = (encoding: NativeEncoding, isPair = false) => ({
  ids: encoding.getIds(),
  types: encoding.getTypeIds(),
  special: encoding.getSpecialTokensMask(),
  words: encoding.getWordIds().map((word) => word ?? -1),
  offsets: encoding.getOffsets(),
  ...(isPair && { texts: encoding.getSequenceIds().map((text) => text ?? -1) }),
});

async function same(json: string, texts: readonly string[]) {
  const [theirs, ours] = [node.binding(), browser.binding()].map(({ Tokenizer }) => Tokenizer.fromString(json)) as [
    NativeHandle,
    NativeHandle,
  ];
  const [expected, found] = await Promise.all([theirs.encodeBatch(texts), ours.encodeBatch(texts)]);
  for (const [i, text] of texts.entries()) {
    const [one, other] = [found[i], expected[i]] as [NativeEncoding, NativeEncoding];
    expect({ text, ...told(one) }).toEqual({ text, ...told(other) });
    const ids = other.getIds();
    for (const skip of [true, false]) expect(await ours.decode(ids, skip)).toBe(await theirs.decode(ids, skip));
    const next = texts[(i + 1) % texts.length] as string;
    const [pair, theirPair] = await Promise.all([ours.encode(text, next), theirs.encode(text, next)]);
    expect({ text, next, ...told(pair, true) }).toEqual({ text, next, ...told(theirPair, true) });
  }
  expect(ours.getVocabSize()).toBe(theirs.getVocabSize());
}

/** Files of a case by its name. */
function filesOf(name: string) {
  const { files } = cases.find((one) => one.name === name) as Case;
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, bytes(text)]));
}

/** A table of characters as sentencepiece writes it: a double array over bytes, made by giving each node the first place that its children fit. */
function charsmap(forms: Readonly<Record<string, string>>): string {
  interface Node {
    readonly children: Map<number, Node>;
    form?: number;
  }
  const root: Node = { children: new Map() };
  const encoder = new TextEncoder();
  const normalised: number[] = [];
  for (const [text, form] of Object.entries(forms)) {
    let node = root;
    for (const byte of encoder.encode(text)) {
      const next = node.children.get(byte) ?? { children: new Map() };
      node.children.set(byte, next);
      node = next;
    }
    node.form = normalised.length;
    normalised.push(...encoder.encode(form), 0);
  }
  const units: number[] = [];
  const used = new Set([0]);
  const place = (node: Node, at: number) => {
    const labels = [...node.children.keys(), ...(node.form === undefined ? [] : [0])];
    let base = 1;
    while (labels.some((label) => used.has(base ^ label)) || (at ^ base) >= 1 << 21) base++;
    for (const label of labels) used.add(base ^ label);
    const offset = at ^ base;
    units[at] = ((units[at] ?? 0) | (offset << 10) | (node.form === undefined ? 0 : 1 << 8)) >>> 0;
    if (node.form !== undefined) units[base] = (0x80000000 | node.form) >>> 0;
    for (const [label, child] of node.children) {
      units[base ^ label] = label;
      place(child, base ^ label);
    }
  };
  place(root, 0);
  while (units.length % 256 !== 0) units.push(0);
  const all = new DataView(new ArrayBuffer(4 + 4 * units.length));
  all.setUint32(0, 4 * units.length, true);
  for (const [i, unit] of Array.from(units).entries()) all.setUint32(4 + 4 * i, unit ?? 0, true);
  return Buffer.concat([new Uint8Array(all.buffer), Uint8Array.from(normalised)]).toString('base64');
}

describe('ids, words and places are those of the native code', () => {
  it.each(cases.filter(({ model }) => model !== 'roformer'))('$name', async ({ files, model, texts }) => {
    const whole = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, bytes(text)]));
    await same(tokenizerJsonOf(whole, 'here', { modelConfig: { model_type: model } }), [...texts, ...drawn(150)]);
  });

  const bert = JSON.parse(
    tokenizerJson(vocabularyFrom(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'hello', '##o', 'a', '今', '天'])),
  );
  const unigram = JSON.parse(tokenizerJsonOf(filesOf('sentencepiece, XLM-R'), 'here', {}));
  const bpe = JSON.parse(tokenizerJsonOf(filesOf('bytes, saved'), 'here', { modelConfig: { model_type: 'roberta' } }));
  const single = { '①': '1', Ａ: 'A', é: 'e', '\u3000': ' ', '。': '.', e: 'e', 'a\u0323': 'ạ' };
  const tableOf = (forms: Readonly<Record<string, string>>) => ({
    type: 'Precompiled',
    precompiled_charsmap: charsmap(forms),
  });
  const split = (Regex: string, behavior = 'Isolated') => ({
    ...{ type: 'Split', pattern: { Regex }, behavior, invert: false },
  });
  const gpt =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  it.each([
    [
      'ModernBERT’s, bytes after NFC and a template',
      { ...bpe, normalizer: { type: 'NFC' }, post_processor: bert.post_processor, added_tokens: [] },
    ],
    [
      'MPNet’s, words of BERT and marks of RoBERTa',
      {
        ...bert,
        post_processor: {
          type: 'RobertaProcessing',
          sep: ['[SEP]', 3],
          cls: ['[CLS]', 2],
          trim_offsets: true,
          add_prefix_space: false,
        },
      },
    ],
    ['marks of BERT', { ...bert, post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] } }],
    ['nothing around, no decoder', { ...bert, post_processor: null, decoder: null }],
    [
      'an unknown token of bytes, side by side',
      {
        ...bpe,
        model: { ...bpe.model, unk_token: '<unk>', fuse_unk: true },
        post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      },
    ],
    [
      'an unknown token of bytes, each',
      { ...bpe, model: { ...bpe.model, unk_token: '<unk>', ignore_merges: true }, post_processor: null },
    ],
    [
      'a pattern before bytes',
      {
        ...bpe,
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            split(gpt),
            { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
          ],
        },
      },
    ],
    ['a pattern that is left out', { ...bert, pre_tokenizer: split('\\s+|l', 'Removed') }],
    [
      'NFKC, the first word alone prefixed',
      {
        ...unigram,
        normalizer: {
          type: 'Sequence',
          normalizers: [{ type: 'NFKC' }, { type: 'Strip', strip_left: true, strip_right: true }],
        },
        pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: true },
      },
    ],
    [
      'NFD, a prefix, words together',
      {
        ...unigram,
        normalizer: {
          type: 'Sequence',
          normalizers: [
            { type: 'NFD' },
            { type: 'Prepend', prepend: '▁' },
            { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
          ],
        },
        pre_tokenizer: null,
      },
    ],
    [
      'sentencepiece’s table of characters',
      { ...unigram, normalizer: tableOf({ ...single, ﬁ: 'fi', '…': '...', 한: 'han', '½': '1/2' }) },
    ],
    [
      'a table that leaves characters out',
      { ...unigram, normalizer: tableOf({ ...single, '\u200b': '', '\u00ad': '' }) },
    ],
  ])('%s', async (_, file) => {
    // The native code loses its place where a table leaves out the very first character, or one behind a longer form.
    await same(
      JSON.stringify(file),
      drawn(200).map((text) => `a${text}`),
    );
  });

  const letters = Array.from({ length: 150 }, () =>
    Array.from({ length: 1 + below(9) }, () => 'abc'[below(3)]).join(''),
  );
  it('of equal pairs the leftmost is joined, whatever the others become', async () => {
    const merges = ['a a', 'aa a', 'b a', 'a b', 'ab ab', 'ba ba'];
    const tokens = ['a', 'b', 'c', ...merges.map((merge) => merge.replace(' ', ''))];
    const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
    const model = { ...bpe.model, vocab, merges };
    await same(JSON.stringify({ ...bpe, model, added_tokens: [], post_processor: null }), letters);
  });

  it('of equally likely pieces the native code’s are taken', async () => {
    const vocab = [
      ['<unk>', 0],
      ['a', -1],
      ['b', -1],
      ['ab', -2],
      ['ba', -2],
      ['aba', -3],
      ['bab', -3],
      ['c', -1],
      ['abc', -3],
    ];
    const model = { ...unigram.model, unk_id: 0, vocab };
    await same(
      JSON.stringify({ ...unigram, model, added_tokens: [], pre_tokenizer: null, post_processor: null }),
      letters,
    );
  });
});
