import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recipeOf } from '../recipes/all-recipes.ts';
import { planRuns } from '../runs/run-spec.ts';
import { cannotWork, differs, isShared, isSpec, joined, sharedBy } from './sweep-terms.ts';

const data = mkdtempSync(join(tmpdir(), 'cloze-terms-'));
afterAll(() => rmSync(data, { recursive: true }));
const poems = { data: undefined, encoder: undefined };

describe('what a sweep shares', () => {
  it('is code, data and encoder; a machine that has them can work', async () => {
    const own = await sharedBy(['drop-token'], poems);
    expect([isShared(own), isShared({ ...own, code: 1 })]).toEqual([true, false]);
    expect([await cannotWork(own, poems), differs(own, own)]).toEqual([undefined, undefined]);
    const [spec] = planRuns(recipeOf('drop-token'), { size: 'tiny', seeds: [1], changes: {}, data: 'poems' });
    expect([isSpec(spec), isSpec({ ...spec, arm: '../../x' })]).toEqual([true, false]);
  });

  it('names what differs: code, an encoder, a folder that is missing, a file in it', async () => {
    const own = await sharedBy(['drop-token'], poems);
    expect(differs(own, { ...own, code: 'f'.repeat(64) })).toBe(
      `it was begun by other code (ffffffffffff, here ${own.code.slice(0, 12)}); check out the same commit`,
    );
    const encoder = { name: 'folder', sha256: 'e'.repeat(64) };
    expect(await cannotWork({ ...own, encoder }, poems)).toBe(
      'it begins from an encoder (eeeeeeeeeeee); give yours with --encoder',
    );
    const there = { ...own, data: { 'clue/a.json': 'a'.repeat(64) } };
    expect(await cannotWork(there, poems)).toBe('it reads a data folder; give yours with --data');
    expect(await cannotWork(there, { ...poems, data })).toBe(`it reads clue/a.json, which ${data} lacks`);
    mkdirSync(join(data, 'clue'));
    writeFileSync(join(data, 'clue', 'a.json'), '');
    expect(await cannotWork(there, { ...poems, data })).toBe(
      'clue/a.json is another file there (aaaaaaaaaaaa, here e3b0c44298fc)',
    );
    expect(joined(there, { ...own, data: { b: 'b' } }).data).toEqual({ ...there.data, b: 'b' });
  });
});
