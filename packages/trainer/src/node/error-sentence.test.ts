import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorSentence } from './error-sentence.ts';

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('errorSentence', () => {
  it("puts the disk's own errors into words, with the path", () => {
    const folder = mkdtempSync(join(tmpdir(), 'cloze-errors-'));
    try {
      const missing = join(folder, 'not-there');
      expect(errorSentence(caught(() => readFileSync(missing)))).toBe(`${missing} does not exist; check the name.`);
      expect(errorSentence(caught(() => readFileSync(folder)))).toContain('is a folder, expected a file');
      writeFileSync(join(folder, 'file'), '');
      expect(errorSentence(caught(() => readFileSync(join(folder, 'file', 'x'))))).toContain('that is no folder');
      const file = join(folder, 'file');
      expect(errorSentence(caught(() => mkdirSync(file)))).toBe(
        `${file} is a file, where a folder is to be made; name another.`,
      );
      const long = join(folder, 'x'.repeat(300));
      expect(errorSentence(caught(() => writeFileSync(long, '')))).toMatch(/… is longer than a name may be here/);
      symlinkSync(join(folder, 'round'), join(folder, 'round'));
      expect(errorSentence(caught(() => readFileSync(join(folder, 'round'))))).toContain('links that lead in a circle');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  it.skipIf(process.platform !== 'linux')('a full disk says so', () => {
    expect(errorSentence(caught(() => writeFileSync('/dev/full', 'x')))).toMatch(/^the disk is full.*; make room/);
  });
  it("leaves other errors' own words, and those that explain a code themselves", () => {
    expect(errorSentence(new RangeError('a label is outside the set.'))).toBe('a label is outside the set.');
    const own = Object.assign(new Error('save: a checkpoint takes 9 bytes.'), { code: 'ENOSPC' });
    expect(errorSentence(own)).toBe('save: a checkpoint takes 9 bytes.');
    expect(errorSentence('text')).toBe('text');
  });
});
