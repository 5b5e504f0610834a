import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cloze } from '../../test/cloze.ts';

it('builds a list from a corpus and shows it, whole or what holds a text', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-pmi-'));
  try {
    const [corpus, list] = [join(folder, 'corpus.txt'), join(folder, 'lists', 'list.txt')];
    const alone = ['我们学习', '他们学习', '我们讨论', '他们讨论'];
    writeFileSync(corpus, `${Array.from({ length: 24 }, (_, i) => `${alone[i % 4]}，喜欢音乐`).join('\n')}\n`);
    const built = await cloze('pmi', 'build', corpus, '--minimum', '3', '--out', list, '--json');
    expect(JSON.parse(built.out)).toMatchObject({ texts: 24, minimum: 3, power: 1, file: list });
    const shown = (await cloze('pmi', 'show', list, '--json')).out.trimEnd().split('\n');
    const entries = shown.map((line) => JSON.parse(line) as { words: string[]; count: number });
    expect(entries).toContainEqual(expect.objectContaining({ words: ['喜欢', '音乐'], count: 24 }));
    const found = await cloze('pmi', 'show', list, '--find', '喜欢');
    expect(found.out).toContain('喜欢 音乐');
    expect(found.out).not.toContain('学习');
    expect(await cloze('pmi', 'show', join(folder, 'none.txt'))).toMatchObject({ code: 1, out: '' });
    const before = readFileSync(corpus, 'utf8');
    expect(await cloze('pmi', 'build', corpus, '--out', join(folder, '.', 'corpus.txt'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('is a file that is read, and would be replaced'),
    });
    expect(readFileSync(corpus, 'utf8')).toBe(before);
    writeFileSync(list, Uint8Array.of(0x61, 0x0a, 0xe4, 0x0a));
    expect((await cloze('pmi', 'show', list)).err).toContain('list.txt: line 2 is no UTF-8');
    writeFileSync(corpus, ' \n');
    expect(await cloze('pmi', 'build', corpus, '--out', list)).toMatchObject({
      code: 1,
      err: expect.stringContaining('corpus.txt has no text.'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
