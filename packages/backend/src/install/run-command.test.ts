import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineNames } from '../engines/engine.ts';
import type { Surroundings } from './find-libtensorflow.ts';
import { runCommand } from './run-command.ts';
import { thisMachine } from './this-machine.ts';

let root: string;
let bare: Surroundings;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cloze-command-'));
  bare = { env: { XDG_CACHE_HOME: join(root, 'cache'), PATH: root }, home: root, platform: 'linux', arch: 'x64' };
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function run(args: string[], surroundings = bare) {
  let [out, said] = ['', ''];
  const code = await runCommand(args, {
    surroundings,
    out: (text) => {
      out += text;
    },
    say: (line) => {
      said += `${line}\n`;
    },
  });
  return { code, out, said };
}

describe('cloze-backend', () => {
  it('ends with 2 and one sentence on wrong usage', async () => {
    const wrong: [args: string[], words: RegExp][] = [
      [[], /^a command is missing; known: install, doctor\. See cloze-backend --help\.\n$/],
      [['instal'], /^'instal' is no command; known: install, doctor/],
      [['install', '--nope'], /^Unknown option '--nope'\n$/],
      [['install', 'extra'], /^Unexpected argument 'extra'/],
      [['install', '--dir'], /--dir <value>' argument missing/],
      [['install', '--dir', ''], /^--dir and --wheel want a name/],
      [['doctor', '--gpu'], /^Unknown option '--gpu'/],
      [
        ['doctor', '--engine', 'gpu'],
        /^'gpu' is no engine; known: tensorflow-gpu, tensorflow, onnx, .*, reference, .*, onnx:coreml\.\n$/,
      ],
    ];
    for (const [args, words] of wrong) {
      const { code, out, said } = await run(args);
      expect(said).toMatch(words);
      expect([code, out]).toEqual([2, '']);
    }
  });

  it('explains itself on standard output', async () => {
    for (const args of [['--help'], ['-h'], ['install', '--help'], ['doctor', '-h']]) {
      const { code, out, said } = await run(args);
      expect(out).toContain('Example: npx cloze-backend install');
      expect([code, said]).toEqual([0, '']);
    }
  });

  it('ends with 1 and one sentence when an installation fails', async () => {
    const failing: [args: string[], words: RegExp, surroundings?: Surroundings][] = [
      [['install'], /libtensorflow is fetched with pip, and none was found/],
      [['install', '--gpu'], /No GPU build .* darwin-arm64/, { ...bare, platform: 'darwin', arch: 'arm64' }],
      [['install', '--wheel', join(root, 'none.whl')], /The wheel .*none\.whl does not exist/],
      [['install', '--wheel', join(root, 'bad.whl')], /bad\.whl has sha256 .*; nothing was installed/],
    ];
    await writeFile(join(root, 'bad.whl'), 'no wheel');
    for (const [args, words, surroundings] of failing) {
      const { code, out, said } = await run(args, surroundings);
      expect(said).toMatch(words);
      expect([code, out]).toEqual([1, '']);
    }
  });

  it('doctor says which engine is used and why the better ones are not, for people and for machines', async () => {
    const { code, out } = await run(['doctor']);
    expect(code).toBe(0);
    expect(out).toMatch(/^node v\d+.* on linux-x64\nengine onnx 1\.30\.0, from onnxruntime-node\n/);
    expect(out).toMatch(/device cpu: ONNX Runtime\n/);
    expect(out).toMatch(/not tensorflow-gpu: .* 'cloze-backend install --gpu'/);
    expect(out).toMatch(/not tensorflow: libtensorflow is not in .*; run 'cloze-backend install'\.\n/);
    const found = JSON.parse((await run(['doctor', '--json'])).out);
    expect(found).toMatchObject({ platform: 'linux-x64', engine: { name: 'onnx', devices: ['cpu: ONNX Runtime'] } });
    expect(found.refused.map(({ name }: { name: string }) => name)).toEqual(engineNames.slice(0, 2));
  });

  it('doctor --engine fails where that one does not work, with its reason alone', async () => {
    const damaged = join(root, 'damaged');
    await mkdir(damaged);
    for (const name of ['cc', 'framework']) await writeFile(join(damaged, `libtensorflow_${name}.so.2`), 'no library');
    const surroundings = { ...bare, env: { CLOZE_LIBTENSORFLOW: damaged } };
    const { code, said } = await run(['doctor', '--engine', 'tensorflow'], surroundings);
    expect(said).toMatch(/libtensorflow_cc.* does not load: .*; 'cloze-backend install --force' fetches it again\.\n$/);
    expect(code).toBe(1);
    expect((await run(['doctor', '--engine', 'tfjs-node-gpu'])).code).toBe(1);
    expect((await run(['doctor', '--engine', 'reference'])).code).toBe(0);
  });

  it('the committed first file says what an old Node lacks, and reads as JavaScript there', async () => {
    const first = new URL('../../bin/cloze-backend.js', import.meta.url).href;
    const script = `Object.defineProperty(process.versions, 'node', { value: '18.20.4' }); await import('${first}')`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(stderr).toBe('cloze-backend: Node 20.19 or later is needed, and this is 18.20.4.\n');
    expect(status).toBe(1);
  });
});

describe('thisMachine', () => {
  it('knows the C library on Linux', () => {
    const { glibc, platform } = thisMachine();
    if (platform === 'linux') expect(glibc).toMatch(/^(none|2\.\d+)$/);
  });
});
