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

it('gives a vector a line; only \\n ends one, so a text may hold U+2028', async () => {
  const file = join(folder, 'texts.txt');
  writeFileSync(file, '明月\u2028光\r\n\n床前\n');
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => written.push(String(piece)) > 0);
  try {
    await embedCommand(file, { model: tinyMlm, pool: 'mean', normalise: false, rows: 2, engine: 'cpu', json: true });
  } finally {
    write.mockRestore();
  }
  const found = written.map((line) => JSON.parse(line) as { text: string; embedding: number[] });
  expect(found.map(({ text: line }) => line)).toEqual(['明月\u2028光', '床前']);
  expect(new Set(found.map(({ embedding }) => embedding.length)).size).toBe(1);
});
