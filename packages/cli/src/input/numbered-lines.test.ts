import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { numberedLines } from './numbered-lines.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloze-lines-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
async function linesOf(content: string | Uint8Array) {
  const file = join(folder, 'lines.txt');
  writeFileSync(file, content);
  const found = [];
  for await (const line of numberedLines(file)) found.push(line);
  return found;
}

it('only \\n ends a line; \\r, a byte-order mark and empty lines go', async () => {
  expect(await linesOf('\ufeff一\u2028二\r\n\n 三\n四')).toEqual([
    { line: 1, text: '一\u2028二' },
    { line: 3, text: ' 三' },
    { line: 4, text: '四' },
  ]);
});

it('characters that lie across two chunks of the file stay whole', async () => {
  const long = `a${'霜'.repeat(100_000)}`;
  expect((await linesOf(`${long}\n月`)).map(({ text }) => text.length)).toEqual([100_001, 1]);
});

it('names the place of bytes that are no UTF-8', async () => {
  await expect(linesOf(Uint8Array.of(65, 10, 0xff, 10))).rejects.toThrow('after line 1 are not UTF-8');
});

it('names a folder, and lines that end with carriage returns alone', async () => {
  await expect(linesOf('今天\r天气\r')).rejects.toThrow(/line 1 ends with a carriage return alone, as all after it/);
  const folder = tmpdir();
  await expect(numberedLines(folder).next()).rejects.toThrow(`${folder} is a folder, expected a file`);
});
