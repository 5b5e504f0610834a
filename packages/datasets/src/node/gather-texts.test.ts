import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { normaliseText } from '../index.ts';
import { gatherTexts } from './gather-texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloze-gather-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [first, second, to] = ['first.txt', 'second.txt.gz', 'all.txt'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
writeFileSync(first, '我来到北京清华大学\n\n举头望明月\n');
writeFileSync(second, gzipSync('他来到了网易杭研大厦\n小明硕士毕业于中国科学院计算所\n'));
const paths = [first, second];

describe('gatherTexts', () => {
  // The first and third lines are README examples of Python's jieba: 4 and 6 words.
  it('gathers files in their order, counts jieba’s words, and leaves out what a model is judged by', async () => {
    const leaveOut = new Set([normaliseText('举头望明月'), normaliseText('小明硕士毕业于中国科学院计算所')]);
    expect(await gatherTexts(paths, { to, leaveOut })).toEqual({ documents: 2, words: 10, leftOut: 2, full: false });
    expect(readFileSync(to, 'utf8')).toBe('我来到北京清华大学\n他来到了网易杭研大厦\n');
  });

  it('stops before the document that goes over the words', async () => {
    expect(await gatherTexts(paths, { to, mostWords: 4 })).toMatchObject({ documents: 1, words: 4, full: true });
    expect(readFileSync(to, 'utf8')).toBe('我来到北京清华大学\n');
  });

  it('says why nothing is left, and leaves no file that looks whole', async () => {
    const none = join(folder, 'none.txt');
    await expect(gatherTexts(first, { to: none, mostWords: 3 })).rejects.toThrow(
      /no document of .*first\.txt is left: 0 stand in leaveOut, the next has more than 3 words\.$/,
    );
    await expect(gatherTexts(join(folder, 'gone.txt'), { to: none })).rejects.toThrow('gone.txt');
    expect(readdirSync(folder).filter((name) => name.startsWith('none'))).toEqual([]);
  });
});
