import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeWhole } from './write-whole.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-whole-'));

it('replaces a file whole', () => {
  const path = join(root, 'a.json');
  writeWhole(path, 'one');
  writeWhole(path, Buffer.from('two'));
  expect([readFileSync(path, 'utf8'), readdirSync(root)]).toEqual(['two', ['a.json']]);
});

it('leaves what was there, and nothing beside it, where it cannot write, and names the file', () => {
  const path = join(root, 'folder');
  mkdirSync(path);
  writeFileSync(join(path, 'kept'), 'kept');
  // A file cannot take a full folder's name: the rename fails after everything was written.
  expect(() => writeWhole(path, 'text')).toThrow(expect.objectContaining({ path: expect.stringContaining('folder') }));
  expect([readFileSync(join(path, 'kept'), 'utf8'), existsSync(`${path}.partial`)]).toEqual(['kept', false]);
});
