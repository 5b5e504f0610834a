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
import { canonicalJson, sha256, specHash } from './canonical-json.ts';
import { recordParts, writeRecordParts } from './record-parts.ts';
import { readSealed, sealOf } from './sealed-manifest.ts';

const root = mkdtempSync(join(tmpdir(), 'cloze-parts-'));
afterAll(() => rmSync(root, { recursive: true }));
const spec = { seed: 1, rate: 0.5 };
const sound = join(root, 'sound');
const manifestIn = (folder: string) => readSealed(join(folder, 'manifest.json'));
beforeAll(() => {
  const contents: Readonly<Record<string, string | Uint8Array>> = {
    'spec.json': canonicalJson(spec),
    'predictions.jsonl': '{"id":1,"label":"唐"}\n',
    // A model that a run makes is large, has folders, and may end where a part does.
    'encoder/model.safetensors': Buffer.alloc(2 << 20, 7),
    'encoder/empty': '',
  };
  mkdirSync(join(sound, 'encoder'), { recursive: true });
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(sound, name), content);
  const files = Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, sha256(content)]));
  const manifest = { spec: specHash(spec), files, engine: 'reference' };
  writeFileSync(join(sound, 'manifest.json'), JSON.stringify({ ...manifest, seal: sealOf(manifest) }));
});

async function* given(parts: Iterable<Uint8Array>) {
  yield* parts;
}
const arrived = (parts: Iterable<Uint8Array>) => writeRecordParts(join(root, 'arrived'), spec, given(parts));

describe('a record in parts', () => {
  it('comes back to the bit, files of several parts and empty ones among them', async () => {
    const parts = [...recordParts(sound)];
    expect(parts).toHaveLength(1 + 2 + 2 + 1);
    const bytes = await arrived(parts);
    expect(manifestIn(join(root, 'arrived'))).toEqual(manifestIn(sound));
    for (const name of [...Object.keys(manifestIn(sound).files), 'manifest.json'])
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
    const namedToo = (name: string) => {
      const manifest = manifestIn(sound);
      const changed = { ...manifest, files: { ...manifest.files, [name]: '0'.repeat(64) } };
      const bytes = Buffer.from(JSON.stringify({ ...changed, seal: sealOf(changed) }));
      return parts.with(0, Buffer.concat([Uint8Array.of(0), gzipSync(bytes)]));
    };
    for (const name of ['manifest.arriving.json', 'manifest.json', 'encoder', 'spec.json/x'])
      await expect(arrived(namedToo(name))).rejects.toThrow(/its manifest names '[\w./]+', which can be no file of it/);
    await expect(writeRecordParts(join(root, 'other'), { ...spec, seed: 2 }, given(parts))).rejects.toThrow(
      'it is of another run',
    );
  });

  it('writes nowhere but into its folder, whatever a manifest names', async () => {
    const evil = join(root, 'evil');
    cpSync(sound, evil, { recursive: true });
    const manifest = manifestIn(evil);
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
