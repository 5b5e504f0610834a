import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dataFolder } from './data-folder.ts';
import type { Lab } from './lab.ts';
import { openCorpus } from './open-corpus.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cloze-corpus-'));
  mkdirSync(join(root, 'corpus'));
});
afterAll(() => rmSync(root, { recursive: true }));

const settings = { documents: 10, length: 16, vocabulary: 100, held: 5 };
const text = `${'床前明月光，疑是地上霜。\n'.repeat(3)}`;
/** The corpus of a folder with these texts. */
async function opened(train: string, held: string) {
  writeFileSync(join(root, 'corpus', 'zh-modern.txt.gz'), gzipSync(train));
  writeFileSync(join(root, 'corpus', 'zh-modern.valid.txt'), held);
  const lab: Partial<Lab> = { data: dataFolder(root) };
  return openCorpus(lab as Lab, settings);
}

it('reads rows to learn from and rows to judge by', async () => {
  const { train, held } = await opened(text, text);
  expect([train.length, held.length]).toEqual([3, 3]);
});

it.each([
  ['', 'no held-out row has 8 tokens or more; there is nothing to judge by'],
  [' \n\n', 'no held-out row has 8 tokens or more; there is nothing to judge by'],
  ['明月\n光\n', 'no held-out row has 8 tokens or more; there is nothing to judge by'],
])('held-out text %j ends a run before it begins', async (held, message) => {
  await expect(opened(text, held)).rejects.toThrow(message);
});

it('a corpus of short lines is nothing to learn from', async () => {
  await expect(opened('明月明月\n', text)).rejects.toThrow(/nothing to learn from|occurs/);
});
