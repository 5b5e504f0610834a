import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { textsOf } from '../../../models/test/small-model.ts';
import { cloze } from '../../test/cloze.ts';

let [folder, corpus] = ['', ''];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-pretrain-command-'));
  corpus = join(folder, 'corpus.txt');
  writeFileSync(corpus, `${textsOf(300, 4).join('\n')}\n`);
});
afterAll(() => rmSync(folder, { recursive: true }));

const sizes = ['--layers', '1', '--width', '16', '--vocabulary-size', '60', '--length', '16'];
const short = ['--max-steps', '12', '--batch-size', '8', '--held-out-rows', '4'];
const pretrain = (name: string, ...words: string[]) =>
  cloze('pretrain', corpus, ...short, '--output', join(folder, name), ...words);

it('learns from text, says what it takes and how held-out text surprises it, saves, and goes on from what it saved', async () => {
  const [out, words, board] = [join(folder, 'model'), join(folder, 'words.txt'), join(folder, 'board')];
  const mask = ['--mask', 'whole-word:rate=0.3'];
  const found = await pretrain('fresh', ...sizes, ...mask, '--out', out, '--tensorboard', board);
  expect(found.err).toMatch(/ · \d+ thousand parameters · about \d+ MiB · 12 steps\n/);
  expect(found.err).toMatch(/█ 12\/12 loss \d/);
  expect(found.out).toMatch(/^held-out pseudoPerplexity [\d.]+ \([\d.]+ to [\d.]+\) {3}→ .*model\n$/);
  expect(found.code).toBe(0);
  expect(readdirSync(board)).toHaveLength(1);
  writeFileSync(words, '明月光\n');
  const further = await pretrain('further', '--model', out, '--add-tokens', words, '--length', '16', '--json');
  expect(further.code).toBe(0);
  const record = JSON.parse(further.out) as Record<string, unknown>;
  expect(record).toMatchObject({ what: 'Pretrained further', base: out, steps: 12 });
  expect(record).toEqual(JSON.parse(readFileSync(join(folder, 'further', 'record.json'), 'utf8')));
});

it('takes a policy of one’s own from a module, which is checked first', async () => {
  const own = (text: string) => {
    const path = join(folder, `policy-${readdirSync(folder).length}.mjs`);
    writeFileSync(path, text);
    return path;
  };
  const choose = 'function* (count, random) { for (let i = random.next() < 0.5 ? 0 : 1; i < count; i += 2) yield i; }';
  const policy = `{ name: 'every-other', rate: 0.5, choose: ${choose}, replacement: { mask: 1, random: 0, keep: 0 } }`;
  const found = await pretrain('own', ...sizes, '--mask-module', own(`export const everyOther = ${policy};`), '--json');
  expect(JSON.parse(found.out)).toMatchObject({ settings: { mask: { name: 'every-other', rate: 0.5 } } });
  const wrong = async (text: string) => (await pretrain('wrong', ...sizes, '--mask-module', own(text))).err;
  expect(await wrong('export const n = 1;')).toContain('exports no masking policy');
  expect(await wrong(`export const a = ${policy}; export const b = { ...a, name: 'b' };`)).toContain(
    "exports 'every-other', 'b'; leave one",
  );
  expect(await wrong(`export const a = { ...${policy}, rate: 0.1 };`)).toMatch(/policy 'every-other': .*0\.1/);
  expect(await wrong('export const a = ;')).toContain('cannot be loaded');
});

it('goes through stages, as the API does', async () => {
  const found = await pretrain('stages', ...sizes, '--stage', '0.5:causal', '--stage', '0.5:mntp', '--json');
  const following = await pretrain('adaptive', ...sizes, '--mask', 'bert', '--adaptive', '4', '--json');
  expect(JSON.parse(following.out)).toMatchObject({ settings: { adaptive: { every: 4 }, mask: { name: 'bert' } } });
  const table = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const classes = table('classes.tsv', 'token\tclass\n明\tadjective\n月\tnoun\n');
  const content = await pretrain('content', ...sizes, '--adaptive', '4', '--adaptive-classes', classes, '--json');
  expect(JSON.parse(content.out)).toMatchObject({
    settings: { adaptive: { every: 4, by: 'loss', classes: expect.stringMatching(/^[0-9a-f]{64}$/) } },
  });
  const refused = async (text: string) =>
    (await pretrain('content-wrong', ...sizes, '--adaptive-classes', table('wrong.tsv', text))).err;
  expect(await refused('token\ttag\n明\ta\n')).toContain('has no column class; there are token, tag');
  expect(await refused('token\tclass\n明\ta\n明\tb\n月\t\n')).toContain("row 2 has '明' again; row 3 lacks a token");
  expect(found.code).toBe(0);
  expect(JSON.parse(found.out)).toMatchObject({
    settings: {
      config: { predictsNext: true },
      stages: [
        { share: 0.5, causal: true, mask: { name: 'left-to-right' } },
        { share: 0.5, causal: false, mask: { name: 'mntp' } },
      ],
    },
  });
});

it('says in one sentence what was wrong', async () => {
  const wrong = async (code: number, sentence: string | RegExp, ...words: string[]) => {
    const found = await pretrain('none', ...words);
    expect(found.err).toMatch(sentence);
    expect(found).toMatchObject({ code, out: '' });
  };
  await wrong(2, 'give --layers and --width');
  await wrong(1, "no masking preset 'whole-wrod'; did you mean 'whole-word'", ...sizes, '--mask', 'whole-wrod');
  await wrong(1, /rat.* is no/, ...sizes, '--mask', 'bert:rat=0.3');
  await wrong(1, 'hides no tokens and takes no options', ...sizes, '--mask', 't-ta:rate=0.3');
  await wrong(2, 'give --stage, or --mask', ...sizes, '--mask', 'bert', '--stage', '1');
  await wrong(1, 'must add up to 1, got 0.5', ...sizes, '--stage', '0.5');
  await wrong(2, 'expected SHARE:PRESET', ...sizes, '--stage', 'causal');
  await wrong(1, 'a T-TA asks every token', ...sizes, '--family', 't-ta', '--mask', 'bert');
  expect(existsSync(join(folder, 'none', 'record.json'))).toBe(false);
});
