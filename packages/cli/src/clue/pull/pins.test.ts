import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pinsName, readPins } from './pins.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloze-pins-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('names in a list of checksums stay in its folder', () => {
  const pin = { sha256: '0', bytes: 1, url: 'x' };
  const written = (files: unknown) => writeFileSync(join(folder, pinsName), JSON.stringify({ sources: {}, files }));
  written({ 'tnews/train.json': pin });
  expect(Object.keys(readPins(folder).files)).toEqual(['tnews/train.json']);
  for (const files of [{ 'tnews/../../x': pin }, { '/etc/passwd': pin }, { '..\\x': pin }, null, []]) {
    written(files);
    expect(() => readPins(folder)).toThrow('is no list of checksums');
  }
});
