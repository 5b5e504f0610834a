import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  codePointOffsets,
  encode,
  nativeTokenizer,
  openTokenizer,
  tokenizerJson,
  trainVocabulary,
  vocabularyFrom,
} from './index.ts';

interface Reference {
  readonly corpus: string[];
  readonly trainings: { words: Record<string, number>; minimum: number; tokens: string[] }[];
  readonly vocabulary: string[];
  readonly singles: { text: string; ids: number[]; words: number[]; offsets: [number, number][]; decoded: string }[];
  readonly pairs: { texts: [string, string]; maximumLength: number; ids: number[]; segments: number[] }[];
  readonly long: { repeat: number; tokens: number; sha256: string };
  readonly settings: { config: object; ids: number[][] }[];
}

/** Written by tooling/oracles/tokenizer_reference.py with Python's tokenizers and transformers. */
const reference = JSON.parse(readFileSync(new URL('../fixtures/reference.json', import.meta.url), 'utf8')) as Reference;
const vocabulary = vocabularyFrom(reference.vocabulary);
const json = tokenizerJson(vocabulary);
const native = nativeTokenizer(json);
const bytes = (text: string) => new TextEncoder().encode(text);

describe("Python's tokenizers", () => {
  it('gives the same ids, words, offsets and decoded text for controls, marks, astral characters and special tokens in text', async () => {
    const ours = await native.encodeBatch(reference.singles.map(({ text }) => text));
    for (const [i, { text, ids, words, offsets, decoded }] of reference.singles.entries()) {
      const { ids: got, wordNumbers: numbers, offsets: places, special } = ours[i] as (typeof ours)[number];
      expect([...got], JSON.stringify(text)).toEqual(ids);
      expect([...numbers], JSON.stringify(text)).toEqual(words);
      expect(codePointOffsets(text, places), JSON.stringify(text)).toEqual(
        offsets.map((place, index) => (special[index] ? [0, 0] : place)),
      );
      expect(await native.decode(ids)).toBe(decoded);
    }
  });

  it('is followed by encode too, by itself and cut to a length, longest first', async () => {
    for (const { text, ids, words } of reference.singles) {
      const ours = encode(vocabulary, text);
      expect([...ours.ids], JSON.stringify(text)).toEqual(ids);
      expect([...ours.wordNumbers], JSON.stringify(text)).toEqual(words);
    }
    for (const { texts, maximumLength, ids, segments } of reference.pairs) {
      const [theirs] = await nativeTokenizer(json, { maximumLength }).encodeBatch([texts]);
      const ours = encode(vocabulary, ...texts, { maximumLength });
      for (const got of [theirs, ours]) {
        expect([...(got?.ids ?? [])], JSON.stringify(texts)).toEqual(ids);
        expect([...(got?.segments ?? [])], JSON.stringify(texts)).toEqual(segments);
      }
    }
  });

  it('gives the same ids for a line of more than a million bytes', async () => {
    const line = reference.corpus.join('').repeat(reference.long.repeat);
    const [theirs] = await native.encodeBatch([line]);
    for (const ids of [theirs?.ids ?? new Int32Array(), encode(vocabulary, line).ids]) {
      expect(ids.length).toBe(reference.long.tokens);
      expect(createHash('sha256').update(ids).digest('hex')).toBe(reference.long.sha256);
    }
  });

  it.each(reference.trainings)('learns the same pieces, from $minimum occurrences on', ({ words, minimum, tokens }) => {
    const texts = Object.entries(words).map(([word, count]) => `${word} `.repeat(count));
    const ours = trainVocabulary(texts, { size: 5000, minimum });
    expect([...ours.tokens].sort()).toEqual(tokens);
  });
});

describe("transformers' BertTokenizer", () => {
  it.each(reference.settings)('opens vocab.txt alike with $config', async ({ config, ids }) => {
    const { tokenizer } = openTokenizer(
      {
        'vocab.txt': bytes(reference.vocabulary.map((token) => `${token}\n`).join('')),
        'tokenizer_config.json': bytes(JSON.stringify(config)),
      },
      'here',
    );
    const ours = await tokenizer.encodeBatch(reference.singles.slice(0, ids.length).map(({ text }) => text));
    expect(ours.map((encoding) => [...encoding.ids])).toEqual(ids);
  });
});
