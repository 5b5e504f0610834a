import { streamFrom } from '@cloze/random';
import { describe, expect, it } from 'vitest';
import { fuzzConfig } from './fuzz-config.ts';
import { fuzzTensorflowIndex } from './fuzz-tensorflow-index.ts';
import { fuzzTokenizerJson } from './fuzz-tokenizer-json.ts';
import { fuzzVocabulary } from './fuzz-vocabulary.ts';
import { tryInChildren } from './try-in-children.ts';
import { trySubject } from './try-subject.ts';

describe('readers of wrong files', () => {
  it.each([
    [fuzzConfig, 2000],
    [fuzzVocabulary, 1000],
    [fuzzTensorflowIndex, 3000],
  ] as const)('$name: no crash, and both verdicts often', async (subject, files) => {
    const result = await trySubject(subject, files, { seed: 3 });
    expect(result.crashes).toEqual([]);
    expect(result.accepted).toBeGreaterThan(files / 20);
    expect(result.refused).toBeGreaterThan(files / 20);
  });
  it('tokenizer.json, in a process of its own', { timeout: 60_000 }, async () => {
    const result = await tryInChildren(100, { seed: 3, perChild: 50 });
    expect(result.crashes).toEqual([]);
    expect(result.accepted + result.refused).toBe(100);
    expect(Math.min(result.accepted, result.refused)).toBeGreaterThan(5);
  });
  it('files follow from the seed and their number', () => {
    for (const subject of [fuzzConfig, fuzzVocabulary, fuzzTensorflowIndex, fuzzTokenizerJson]) {
      const [a, b] = [1, 1].map((seed) => subject.make(streamFrom(seed).fork(7)));
      expect(a).toEqual(b);
    }
  });
});
