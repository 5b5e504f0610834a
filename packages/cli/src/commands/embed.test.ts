import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { tinyMlm } from '../../../models/test/tiny-mlm.ts';
import { embedCommand } from './embed.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-embed-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('says how many lines are cut, which, and by how much; as JSON too', async () => {
  const file = join(folder, 'long.txt');
  writeFileSync(file, `明\n\n${'明'.repeat(33)}\n${'明'.repeat(30)}\u200b\n${'明'.repeat(31)}\n`);
  const [out, said]: [string[], string[]] = [[], []];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => out.push(String(piece)) > 0);
  const say = vi.spyOn(process.stderr, 'write').mockImplementation((piece) => said.push(String(piece)) > 0);
  try {
    for (const json of [true, false])
      await embedCommand(file, { model: tinyMlm, pool: 'mean', normalise: false, rows: 2, engine: 'reference', json });
  } finally {
    write.mockRestore();
    say.mockRestore();
  }
  const found = out.slice(0, 4).map((line) => JSON.parse(line) as { line: number; cut: number });
  expect(found.map(({ line, cut }) => [line, cut])).toEqual([
    [1, 0],
    [3, 3],
    [4, 0],
    [5, 1],
  ]);
  const sentence = '2 lines are longer than the 32 tokens that the model reads: 4 tokens of lines 3, 5 are left out.\n';
  expect(said.filter((line) => line.includes('longer'))).toEqual([sentence, sentence]);
});

it('gives a vector a line; only \\n ends one, so a text may hold U+2028', async () => {
  const file = join(folder, 'texts.txt');
  writeFileSync(file, '明月\u2028光\r\n\n床前\n');
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => written.push(String(piece)) > 0);
  try {
    await embedCommand(file, {
      model: tinyMlm,
      pool: 'mean',
      normalise: false,
      rows: 2,
      engine: 'reference',
      json: true,
    });
  } finally {
    write.mockRestore();
  }
  const found = written.map((line) => JSON.parse(line) as { line: number; text: string; embedding: number[] });
  expect(found.map(({ line, text }) => [line, text])).toEqual([
    [1, '明月\u2028光'],
    [3, '床前'],
  ]);
  expect(new Set(found.map(({ embedding }) => embedding.length)).size).toBe(1);
});
