import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { smallModel, textsOf } from '../../../models/test/small-model.ts';
import { cloze } from '../../test/cloze.ts';

let [folder, corpus, own] = ['', '', ''];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-mask-'));
  [corpus, own] = [join(folder, 'corpus.txt'), join(folder, 'every-other.mjs')];
  writeFileSync(corpus, `${textsOf(400, 7).join('\n')}\n`);
  const choose = 'function* (count, random) { for (let i = random.next() < 0.5 ? 0 : 1; i < count; i += 2) yield i; }';
  const replacement = '{ mask: 1, random: 0, keep: 0 }';
  writeFileSync(
    own,
    `export const everyOther = { name: 'every-other', rate: 0.5, choose: ${choose}, replacement: ${replacement} };`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));
const objects = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('shows what policies do to a sentence; the same seed, the same mask', async () => {
  const words = ['mask', '床前明月光，疑是地上霜', '--corpus', corpus, '--policy', 'bert,mask-80', '--json'];
  const [first, again] = [await cloze(...words), await cloze(...words)];
  expect(first).toEqual(again);
  const [bert, most] = objects(first.out) as [{ text: string[] }, { text: string[] }];
  expect(bert).toMatchObject({ policy: 'bert' });
  expect(String(most.text).match(/▢/gu)?.length).toBeGreaterThan(6);
  const plain = await cloze('mask', '床前明月光', '--policy', own, '--model', await smallModel());
  expect(plain.out).toMatch(/^▢ \[MASK\].*\nevery-other {11}(床▢明▢光|▢前▢月▢)\n$/);
});

it('audits presets and a policy of one’s own on a corpus', async () => {
  const page = join(folder, 'audit.html');
  const words = ['mask', '--audit', '--corpus', corpus, '--out', page, '--json'];
  const found = objects((await cloze(...words, '--policy', 'bernoulli,pmi,mac-bert')).out);
  expect(found.map(({ policy }) => policy)).toEqual(['bernoulli', 'pmi', 'mac-bert']);
  for (const audit of found) expect(audit).toMatchObject({ specials_touched: 0, pads_touched: 0, wrong_targets: 0 });
  expect(readFileSync(page, 'utf8')).toContain('<td>pmi</td>');
  expect(readFileSync(page, 'utf8').match(/<figure>/g)).toHaveLength(1);
  const [other] = objects((await cloze(...words, '--policy', own)).out);
  expect(other).toMatchObject({ policy: 'every-other', within: true, masked: 1, rows_without: 0 });
});

it('asks a folder’s tokenizer alone: weights need not be there, and a class that is not built is named', async () => {
  const lines = '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n床\n前\n明\n';
  const put = (name: string, files: Readonly<Record<string, string>>) => {
    mkdirSync(join(folder, name));
    for (const [file, content] of Object.entries({ 'vocab.txt': lines, ...files }))
      writeFileSync(join(folder, name, file), content);
    return join(folder, name);
  };
  const masked = (model: string) => cloze('mask', '床[W]月', '--policy', own, '--model', model, '--seed', '1');
  // The added token is one piece, lower-cased as transformers has it.
  const alone = put('alone', { 'added_tokens.json': '{"[W]": 8}' });
  expect((await masked(alone)).out).toMatch(/\nevery-other {11}(床▢\[UNK\]|▢\[w\]▢)\n$/);
  const japanese = put('japanese', {
    'config.json': '{"model_type":"bert"}',
    'tokenizer_config.json': '{"tokenizer_class":"BertJapaneseTokenizer"}',
  });
  expect(await masked(japanese)).toMatchObject({ code: 1, err: expect.stringContaining('BertJapaneseTokenizer') });
});

it('says what is missing', async () => {
  expect(await cloze('mask')).toMatchObject({ code: 2, out: '' });
  expect((await cloze('mask', '--audit')).err).toContain('--audit needs a --corpus of text.');
  const blank = join(folder, 'blank.txt');
  writeFileSync(blank, ' \n');
  expect(await cloze('mask', '--audit', '--corpus', blank)).toMatchObject({
    code: 1,
    err: expect.stringContaining('blank.txt has no text.'),
  });
  expect((await cloze('mask', '明月', '--policy', 'bart')).err).toContain(
    "no masking preset 'bart'; did you mean 'bert'?",
  );
});
