import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPretrained, savePretrained } from '@cloze/encoder/node';
import { openTokenizer } from '@cloze/tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { smallModel } from '../../test/small-model.ts';
import { openModel } from '../node/open-model.ts';
import { trimVocabulary } from './trim-vocabulary.ts';

const texts = ['床前明月光', '疑是地上霜', '明月明'];
const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
let [folder, whole] = ['', ''];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-trim-'));
  whole = await smallModel('electra', { embeddingWidth: 8 });
});
afterAll(() => rmSync(folder, { recursive: true }));

it('keeps special tokens and those that occur often enough, in their order; the rest becomes [UNK]', async () => {
  const loaded = await loadPretrained(whole);
  const { tokenizer: before } = openTokenizer(loaded.tokenizerFiles, whole);
  const small = await trimVocabulary(whole, loaded, texts, { minimum: 2 });
  const { tokenizer, special: ids } = openTokenizer(small.tokenizerFiles, 'small');
  const tokens = Array.from({ length: tokenizer.size }, (_, id) => tokenizer.tokenOf(id) as string);
  expect([...tokens].sort()).toEqual([...special, '明', '月'].sort());
  const order = tokens.map((token) => before.idOf(token) as number);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(small.config.vocabularySize).toBe(7);
  expect(
    Object.values(ids)
      .map((id) => tokens[id as number])
      .sort(),
  ).toEqual([...special].sort());
  const [encoding] = await tokenizer.encodeBatch(['明光']);
  expect(Array.from(encoding?.ids ?? [], (id) => tokens[id])).toEqual(['[CLS]', '明', '[UNK]', '[SEP]']);
  await expect(trimVocabulary(whole, loaded, texts, { minimum: 0 })).rejects.toThrow('minimum must be');
});

it('saved and opened, it says of the tokens that stay what it said before: p(token) over the sum of those', async () => {
  const small = join(folder, 'small');
  await savePretrained(small, await trimVocabulary(whole, await loadPretrained(whole), texts));
  const [model, trimmed] = [await openModel(whole), await openModel(small)];
  expect(trimmed.family).toBe('electra');
  const guesses = await trimmed.fillMask('床前明[MASK]光', { top: trimmed.config.vocabularySize });
  const before = new Map(
    (await model.fillMask('床前明[MASK]光', { top: model.config.vocabularySize })).map((g) => [g.token, g.probability]),
  );
  expect(guesses.length).toBeLessThan(before.size);
  const kept = guesses.reduce((sum, { token }) => sum + (before.get(token) as number), 0);
  for (const { token, probability } of guesses)
    expect(probability, token).toBeCloseTo((before.get(token) as number) / kept, 5);
  for (const one of [model, trimmed]) one.dispose();
});
