import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheDirectory, findLibtensorflow, type Surroundings } from '../install/find-libtensorflow.ts';
import { thisMachine } from '../install/this-machine.ts';
import { engineNames } from './engine.ts';
import { selectEngine } from './select-engine.ts';

const found = findLibtensorflow(thisMachine());
let root: string;
let bare: Surroundings;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cloze-select-'));
  bare = { ...thisMachine(), env: { XDG_CACHE_HOME: root }, home: root };
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('selectEngine', () => {
  it('takes ONNX Runtime, which npm brings, where nothing is installed, and says why not the two better ones', async () => {
    const { engine, refused } = await selectEngine({ surroundings: bare });
    expect(engine).toMatchObject({ name: 'onnx', origin: 'onnxruntime-node' });
    expect(refused.map(({ name }) => name)).toEqual(engineNames.slice(0, 2));
    for (const { reason } of refused) expect(reason).toMatch(/is not in|is not installed/);
  });

  it('goes on past a library that does not load, unless its folder was named', async () => {
    const directory = cacheDirectory(bare);
    await mkdir(directory, { recursive: true });
    const ending = process.platform === 'darwin' ? '.2.dylib' : '.so.2';
    for (const name of ['cc', 'framework'])
      await writeFile(join(directory, `libtensorflow_${name}${ending}`), 'no library');
    const { engine, refused } = await selectEngine({ surroundings: bare });
    expect(engine.name).toBe('onnx');
    expect(refused.map(({ reason }) => reason)[1]).toMatch(/libtensorflow-2.21.0.* does not load/);
    const named = { ...bare, env: { CLOZE_LIBTENSORFLOW: directory } };
    for (const options of [{ surroundings: bare, directory }, { surroundings: named }])
      await expect(selectEngine(options)).rejects.toThrow(/^selectEngine: .*tensorflow: .* does not load/);
    // An engine that was named does not ask for the folder.
    expect((await selectEngine({ surroundings: named, name: 'reference' })).engine.name).toBe('reference');
    await rm(directory, { recursive: true });
  });

  it('takes no other engine in place of a folder that was named and is wrong', async () => {
    const wrong = join(root, 'nowhere');
    const named = { ...bare, env: { ...bare.env, CLOZE_LIBTENSORFLOW: wrong } };
    await expect(selectEngine({ surroundings: named })).rejects.toThrow(
      /tensorflow: CLOZE_LIBTENSORFLOW is .*nowhere, which lacks libtensorflow_cc.* correct it or leave it out/,
    );
    await expect(selectEngine({ surroundings: bare, directory: wrong })).rejects.toThrow(/the folder given is/);
    // Set to nothing it is not set.
    const unset = { ...bare, env: { ...bare.env, CLOZE_LIBTENSORFLOW: '' } };
    expect((await selectEngine({ surroundings: unset })).engine.name).toBe('onnx');
  });

  it('names what is missing or unknown', async () => {
    const none = undefined as unknown as Parameters<typeof selectEngine>[0];
    const message = 'selectEngine: surroundings must be given, what thisMachine() gives.';
    await expect(selectEngine(none)).rejects.toThrow(message);
    await expect(selectEngine({} as typeof none)).rejects.toThrow(message);
    await expect(selectEngine({ surroundings: bare, name: 'tensorflw' as 'onnx' })).rejects.toThrow(
      'name must be one of tensorflow-gpu, tensorflow',
    );
    const misspelt = { surroundings: bare, directry: root };
    await expect(selectEngine(misspelt)).rejects.toThrow("there is no option 'directry', did you mean 'directory'?");
  });

  it('gives no other engine than the one named', async () => {
    expect((await selectEngine({ surroundings: bare, name: 'reference' })).refused).toEqual([]);
    await expect(selectEngine({ surroundings: bare, name: 'tensorflow' })).rejects.toThrow(
      /^selectEngine: tensorflow: libtensorflow is not in .*; run 'cloze-backend install'\.$/,
    );
    await expect(selectEngine({ surroundings: bare, name: 'tensorflow', directory: root })).rejects.toThrow(
      /the folder given is .*, which lacks libtensorflow_cc.* and libtensorflow_framework/,
    );
  });

  it.runIf('directory' in found)('opens one copy of libtensorflow for both its tiers', async () => {
    const { directory } = found as { directory: string };
    const { engine, refused } = await selectEngine({ surroundings: bare, directory });
    // Where there is a GPU the first tier is the one.
    if (engine.name === 'tensorflow-gpu') return;
    expect(engine).toMatchObject({ name: 'tensorflow', origin: directory, version: '2.21.0' });
    expect(engine.devices).toEqual([expect.stringMatching(/CPU:0$/)]);
    expect(refused).toEqual([{ name: 'tensorflow-gpu', reason: expect.stringMatching(/lists no GPU.*CPU:0/) }]);
    engine.dispose();
  });
});
