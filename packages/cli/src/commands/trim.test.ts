import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { smallModel, vocabulary } from '../../../models/test/small-model.ts';
import { cloze } from '../../test/cloze.ts';

it('saves a smaller checkpoint that other commands open, and replaces nothing that is no model', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-trim-command-'));
  try {
    const [corpus, out] = [join(folder, 'corpus.txt'), join(folder, 'small')];
    writeFileSync(corpus, '床前明月光\n明月\n');
    const model = await smallModel();
    const found = await cloze('trim', model, corpus, '--minimum', '2', '--out', out, '--json');
    expect(JSON.parse(found.out)).toEqual({ from: vocabulary.tokens.length, to: 7, folder: out });
    const filled = await cloze('fill', '明[MASK]', '--model', out, '--json', '--threads', '1');
    expect(JSON.parse(filled.out)).toMatchObject({ guesses: expect.any(Array) });
    expect(await cloze('trim', model, corpus, '--out', folder)).toMatchObject({ code: 2, out: '' });
    const before = readFileSync(join(model, 'config.json'), 'utf8');
    const link = join(folder, 'link');
    symlinkSync(model, link);
    for (const place of [model, `${model}/.`, link])
      expect(await cloze('trim', model, corpus, '--out', place)).toMatchObject({
        code: 2,
        err: expect.stringContaining(`--out ${place} is the model that is read, and would be replaced`),
      });
    expect(readFileSync(join(model, 'config.json'), 'utf8')).toBe(before);
    writeFileSync(corpus, '\n');
    expect(await cloze('trim', model, corpus, '--out', join(folder, 'none'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('there is no text: every token of'),
    });
    expect(existsSync(join(folder, 'none'))).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
