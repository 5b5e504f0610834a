import { encoderConfig } from '@cloze/encoder';
import { streamFrom } from '@cloze/random';
import { openTokenizer, vocabularyFrom } from '@cloze/tokenizer';
import { expect, it } from 'vitest';
import { freshWeights } from './fresh-weights.ts';

const vocabulary = vocabularyFrom(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', '床', '前', '明']);
const config = (vocabularySize: number) =>
  encoderConfig({ vocabularySize, width: 8, layers: 1, heads: 2, maximumLength: 16 });

it('has a table of the vocabulary and its tokenizer; a config of another size is an error that names both', async () => {
  const fresh = freshWeights(vocabulary, config(8), { random: streamFrom(1) });
  expect(fresh.parameters.embeddings.tokenTable.shape).toEqual([8, 8]);
  const { tokenizer, special } = openTokenizer(fresh.tokenizerFiles, 'fresh');
  expect([...((await tokenizer.encodeBatch(['床前明']))[0]?.ids ?? [])]).toEqual([2, 5, 6, 7, 3]);
  expect(special.mask).toBe(4);
  expect(freshWeights(vocabulary, config(8), { random: streamFrom(1) }).parameters).toEqual(fresh.parameters);
  expect(() => freshWeights(vocabulary, config(9), { random: streamFrom(1) })).toThrow(
    'the vocabulary has 8 tokens, the config a table of 9 rows',
  );
});
