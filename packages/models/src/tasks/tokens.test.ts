import { floats } from '@cloze/backend';
import { padEncodings } from '@cloze/tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tinyMlm } from '../../test/tiny-mlm.ts';
import { readExamples } from '../fine-tune/read-examples.ts';
import type { Model } from '../model/model.ts';
import { taskTokenizer } from '../model/task-tokenizer.ts';
import { openModel } from '../node/open-model.ts';
import { type TokensTask, tokens } from './task.ts';
import { prepareTokens } from './tokens.ts';

let model: Model;
beforeAll(async () => {
  model = await openModel(tinyMlm);
});
afterAll(() => model.dispose());

// [CLS] moon ##light ##s 床 fro ##st [SEP], and a word that gives no piece.
const rows = [{ words: ['moonlights', '床', '\u0000', 'frost'], tags: ['B-X', 'O', 'O', 'B-Y'] }];
const labels = ['B-X', 'B-Y', 'I-X', 'O'];
async function prepared(options: Partial<TokensTask>) {
  const task = prepareTokens(tokens({ words: 'words', tags: 'tags', ...options }), { model, labels });
  const examples = await readExamples('rows', rows, task, taskTokenizer(model, 16));
  const batch = padEncodings(
    examples.flatMap(({ encodings }) => encodings),
    { padId: 0, buckets: [9] },
  );
  const targets = task.targetsOf(examples, batch);
  const of = (name: string) => Array.from(targets[name]?.values ?? []);
  return { task, examples, of };
}

it('first pieces are learnt, or all: what follows a B- is I- where there is such a tag, else as the first', async () => {
  const first = await prepared({});
  expect(first.of('weights')).toEqual([0, 1, 0, 0, 1, 1, 0, 0, 0]);
  expect([1, 4, 5].map((column) => labels[first.of('tags')[column] as number])).toEqual(['B-X', 'O', 'B-Y']);
  const all = await prepared({ pieces: 'all' });
  expect(all.of('weights')).toEqual([0, 1, 1, 1, 1, 1, 1, 0, 0]);
  expect(
    all
      .of('tags')
      .slice(1, 7)
      .map((tag) => labels[tag]),
  ).toEqual(['B-X', 'I-X', 'I-X', 'O', 'B-Y', 'B-Y']);
});

it('a random field reads first pieces side by side, and predicts its best row of tags', async () => {
  const { task, examples, of } = await prepared({ crf: true });
  expect(of('weights')).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0]);
  expect(of('columns').slice(0, 3)).toEqual([1, 4, 5]);
  expect(
    of('tags')
      .slice(0, 3)
      .map((tag) => labels[tag]),
  ).toEqual(['B-X', 'O', 'B-Y']);
  // By its logits alone the second word is I-X; after B-X that costs 5.
  const logits = new Float32Array(9 * 4);
  logits[1 * 4] = 3;
  logits[4 * 4 + 2] = 3;
  logits[4 * 4 + 3] = 1;
  logits[5 * 4 + 3] = 3;
  const field = new Float32Array(6 * 4);
  const answer = () => ({ logits: floats([9, 4], logits), field: floats([6, 4], field) });
  expect(task.read([answer()], examples[0]!).tags).toEqual(['B-X', 'I-X', null, 'O']);
  field[2 * 4 + 2] = -5;
  expect(task.read([answer()], examples[0]!).tags).toEqual(['B-X', 'O', null, 'O']);
});
