import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipeOf } from '../recipes/all-recipes.ts';
import { sha256 } from '../runs/canonical-json.ts';
import { executeRun } from '../runs/execute-run.ts';
import { readManifest, sealOf } from '../runs/run-record.ts';
import { verifyRun } from '../runs/verify-run.ts';
import { planSweep } from './plan-sweep.ts';
import { recordParts, writeRecordParts } from './record-parts.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-parts-'));
afterAll(() => rmSync(root, { recursive: true }));
const arms = ['tnews.drop-0.50'];
const [first, second] = planSweep([recipeOf('drop-token')], {
  ...{ root, grid: [{ changes: {}, label: '' }], size: 'tiny', seeds: [1, 2], arms, data: 'poems' },
});
const spec = first?.spec as NonNullable<typeof first>['spec'];
const sound = join(root, 'sound');
beforeAll(async () => {
  const place = { folder: sound, data: undefined, encoder: undefined, threads: 1 };
  await executeRun(spec, place, { signal: new AbortController().signal, say: () => {} });
  // An encoder that a run makes is large, has folders, and may end where a part does.
  mkdirSync(join(sound, 'encoder'));
  writeFileSync(join(sound, 'encoder', 'model.safetensors'), Buffer.alloc(2 << 20, 7));
  writeFileSync(join(sound, 'encoder', 'empty'), '');
  const manifest = readManifest(sound);
  const added = ['encoder/model.safetensors', 'encoder/empty'].map((name) => [
    name,
    sha256(readFileSync(join(sound, name))),
  ]);
  const changed = { ...manifest, files: { ...manifest.files, ...Object.fromEntries(added) } };
  writeFileSync(join(sound, 'manifest.json'), JSON.stringify({ ...changed, seal: sealOf(changed) }));
});

async function* given(parts: Iterable<Uint8Array>) {
  yield* parts;
}
const arrived = (parts: Iterable<Uint8Array>) => writeRecordParts(join(root, 'arrived'), spec, given(parts));

describe('a record in parts', () => {
  it('comes back to the bit, files of several parts and empty ones among them', async () => {
    const parts = [...recordParts(sound)];
    expect(parts).toHaveLength(1 + 4 + 2 + 1);
    const bytes = await arrived(parts);
    expect(await verifyRun(join(root, 'arrived'))).toEqual([]);
    for (const name of [...Object.keys(readManifest(sound).files), 'manifest.json'])
      expect(readFileSync(join(root, 'arrived', name)).equals(readFileSync(join(sound, name)))).toBe(true);
    expect(bytes).toBeGreaterThan(2 << 20);
  });

  it('is refused where anything of it is missing, changed, torn, more, or of another run; there is no manifest then', async () => {
    const parts = [...recordParts(sound)];
    const torn = parts.with(1, (parts[1] as Uint8Array).slice(0, 20));
    const swapped = parts.with(1, parts[2] as Uint8Array).with(2, parts[1] as Uint8Array);
    for (const [wrong, reason] of [
      [parts.slice(0, -1), 'did not come'],
      [[], 'the manifest did not come'],
      [[...parts, parts[1] as Uint8Array], 'more came'],
      [torn, 'a part is torn'],
      [swapped, 'is not what its manifest says'],
      [parts.slice(1), 'is torn|is no record'],
    ] as const) {
      await expect(arrived(wrong)).rejects.toThrow(new RegExp(reason));
      expect(existsSync(join(root, 'arrived', 'manifest.json'))).toBe(false);
    }
    await expect(writeRecordParts(join(root, 'other'), second?.spec as typeof spec, given(parts))).rejects.toThrow(
      'it is of another run',
    );
  });

  it('writes nowhere but into its folder, whatever a manifest names', async () => {
    const evil = join(root, 'evil');
    cpSync(sound, evil, { recursive: true });
    const manifest = readManifest(evil);
    const text = JSON.stringify({ ...manifest, files: { ...manifest.files, '../../escaped': sha256('') } });
    const packed = [...recordParts(sound)];
    writeFileSync(join(evil, 'manifest.json'), text);
    expect(() => [...recordParts(evil)]).toThrow('files.../../escaped');
    const forged = Buffer.concat([Uint8Array.of(0), gzipSync(text)]);
    await expect(arrived([forged, ...packed.slice(1)])).rejects.toThrow('files.../../escaped');
    expect(existsSync(join(root, 'escaped'))).toBe(false);
  });

  it('is not sent with a file that it does not name, or that was changed since', async () => {
    const hurt = join(root, 'hurt');
    cpSync(sound, hurt, { recursive: true });
    writeFileSync(join(hurt, 'stray'), '');
    expect(() => [...recordParts(hurt)]).toThrow('stray is not of the record');
    rmSync(join(hurt, 'stray'));
    appendFileSync(join(hurt, 'predictions.jsonl'), ' ');
    await expect(arrived(recordParts(hurt))).rejects.toThrow('predictions.jsonl is not what its manifest says');
  });
});
