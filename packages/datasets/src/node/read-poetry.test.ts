import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPoetry } from './read-poetry.ts';

const folder = join(dirname(createRequire(import.meta.url).resolve('chinese-poetry/package.json')), 'dist');

describe('readPoetry', () => {
  const poems = readPoetry(folder, { perDynasty: 1500 });
  it('reads both dynasties, without duplicates or lacunae', () => {
    expect(poems.filter(({ dynasty }) => dynasty === 'tang')).toHaveLength(1500);
    expect(poems.filter(({ dynasty }) => dynasty === 'song')).toHaveLength(1500);
    const texts = poems.map(({ couplets }) => couplets.join(''));
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.some((text) => text.includes('□'))).toBe(false);
  });
  it('reads all of them unless a bound is given', () => {
    expect(readPoetry(folder).length).toBeGreaterThan(2 * poems.length);
  });
  it('an empty, missing or broken package is one sentence with what to do', () => {
    const empty = mkdtempSync(join(tmpdir(), 'cloze-poetry-'));
    try {
      const message = `${empty} holds no poems; reinstall the package chinese-poetry.`;
      expect(() => readPoetry(empty, { perDynasty: 5 })).toThrow(message);
      mkdirSync(join(empty, 'quantangshi'));
      expect(() => readPoetry(empty, { perDynasty: 5 })).toThrow(message);
      for (const broken of [Buffer.from('[{"author":'), Buffer.of(0xff, 0xfe)]) {
        writeFileSync(join(empty, 'quantangshi', 'poet.tang.0.json'), broken);
        expect(() => readPoetry(empty, { perDynasty: 5 })).toThrow(/poet\.tang\.0\.json cannot be read .*; reinstall/);
      }
    } finally {
      rmSync(empty, { recursive: true });
    }
  });
});
