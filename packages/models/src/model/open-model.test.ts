import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referenceEngine } from '@cloze/backend';
import type { FileSource } from '@cloze/encoder';
import { savePretrained } from '@cloze/encoder/node';
import { describe, expect, it } from 'vitest';
import { smallModel } from '../../test/small-model.ts';
import { openModel as openFolder } from '../node/open-model.ts';
import { openModel } from './open-model.ts';

const engine = referenceEngine();
const text = '床前明月光';

/** A folder's files in memory. */
function inMemory(folder: string): Map<string, Uint8Array> {
  return new Map(readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));
}

const sourceOf = (files: ReadonlyMap<string, Uint8Array>): FileSource => ({
  name: 'memory',
  list: async () => [...files.keys()],
  read: async (name) => files.get(name),
});

/** A server of a folder's files below `/models/small/`, whose page for everything else is HTML. */
function serverOf(files: ReadonlyMap<string, Uint8Array>, missing: () => Response) {
  const asked: string[] = [];
  const fetch = async (address: string): Promise<Response> => {
    const { pathname, search } = new URL(address);
    asked.push(pathname + search);
    const bytes = files.get(decodeURIComponent(pathname.replace('/models/small/', '')));
    return bytes ? new Response(Uint8Array.from(bytes)) : missing();
  };
  return { asked, fetch };
}

describe('openModel without a platform', () => {
  it('gives what a folder gives, from memory and from a server that lists nothing', async () => {
    const folder = await smallModel();
    const files = inMemory(folder);
    const expected = await openFolder(folder, { engine });
    const [vector] = await expected.embed([text]);
    const page = () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } });
    for (const missing of [() => new Response('', { status: 404 }), page]) {
      const { asked, fetch } = serverOf(files, missing);
      const address = new URL('https://models.test/models/small?key=1');
      const served = await openModel(address, { engine, fetch });
      expect(served.name).toBe('https://models.test/models/small');
      expect((await served.embed([text]))[0]).toEqual(vector);
      expect(asked).toContain('/models/small/model.safetensors?key=1');
      served.dispose();
    }
    const held = await openModel(sourceOf(files), { engine });
    expect((await held.embed([text]))[0]).toEqual(vector);
    for (const model of [held, expected]) model.dispose();
  });

  it('reads weights in several files', async () => {
    const folder = await smallModel();
    const { loaded } = await openFolder(folder, { engine });
    await savePretrained(folder, loaded, { maxShardSize: 8_000 });
    const files = inMemory(folder);
    expect(files.has('model.safetensors.index.json')).toBe(true);
    const model = await openModel(sourceOf(files), { engine });
    const [first, second] = await Promise.all([
      model.embed([text]),
      (await openFolder(folder, { engine })).embed([text]),
    ]);
    expect(first).toEqual(second);
    files.delete('model.safetensors.index.json');
    await expect(openModel(sourceOf(files), { engine })).rejects.toThrow(
      'memory has no weights: expected model.safetens',
    );
  });

  it('says what is not there, where, and what a server answered', async () => {
    const folder = await smallModel();
    const address = new URL('https://models.test/models/small/');
    await expect(openModel(address, { engine })).rejects.toThrow(
      "openModel: https://models.test/models/small/ needs 'fetch', the function that brings its files.",
    );
    const none = serverOf(new Map(), () => new Response('', { status: 404 }));
    await expect(openModel(address, { engine, fetch: none.fetch })).rejects.toThrow(
      'https://models.test/models/small has no config.json.',
    );
    const broken = serverOf(new Map(), () => new Response('', { status: 503, statusText: 'Busy' }));
    await expect(openModel(address, { engine, fetch: broken.fetch })).rejects.toThrow(
      'https://models.test/models/small/config.json: the server answered 503 Busy.',
    );
    const torn = inMemory(folder);
    torn.set('model.safetensors', torn.get('model.safetensors')?.subarray(0, 100) as Uint8Array);
    await expect(openModel(sourceOf(torn), { engine })).rejects.toThrow('memory/model.safetensors: ');
    // What stands beside a folder's config is told of its folders too.
    writeFileSync(join(folder, 'config.json'), '[]');
    await expect(openFolder(folder, { engine })).rejects.toThrow(
      `${folder}/config.json is not JSON: it holds no object.`,
    );
  });
});
