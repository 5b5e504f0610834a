import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  } finally {
    rmSync(folder, { recursive: true });
  }
});
