import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cc, framework, wheelOf } from '../../test/tiny-wheel.ts';
import { cacheDirectory, findLibtensorflow, type Surroundings } from './find-libtensorflow.ts';
import { installLibtensorflow } from './install-libtensorflow.ts';
import type { Wheel } from './wheels.ts';

const program = fileURLToPath(new URL('../../test/install-process.ts', import.meta.url));
const large = { ...cc, data: Buffer.alloc(24_000_000, 'tensorflow'), stored: true };
let root: string;
let surroundings: Surroundings;
let wheel: Wheel;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cloze-interrupted-'));
  ({ wheel } = await wheelOf(root, [large, framework]));
  // A pip that downloads in ten pieces, 20 ms apart.
  const bin = join(root, 'bin');
  await mkdir(bin);
  const pip = `#!/bin/sh
while [ "$1" != --dest ]; do shift; done
for piece in 0 1 2 3 4 5 6 7 8 9; do
  dd if=${root}/tiny.whl of="$2/tiny.whl.part" bs=2400001 skip=$piece seek=$piece count=1 conv=notrunc 2>/dev/null || exit 1
  sleep 0.02
done
dd if=${root}/tiny.whl of="$2/tiny.whl.part" bs=2400001 skip=10 seek=10 conv=notrunc 2>/dev/null && mv "$2/tiny.whl.part" "$2/tiny.whl"
`;
  await writeFile(join(bin, 'python3'), pip, { mode: 0o755 });
  const env = { XDG_CACHE_HOME: join(root, 'cache'), PATH: `${bin}:/usr/bin:/bin` };
  surroundings = { env, home: root, platform: 'linux', arch: 'x64' };
});
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

const start = (): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--import',
      import.meta.resolve('tsx'),
      '--conditions=@cloze/source',
      program,
      JSON.stringify({ surroundings, wheel }),
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );

/** Kills an installer so many milliseconds after its first word. @returns the temporary folders it left */
async function killAfter(milliseconds: number, signal: NodeJS.Signals): Promise<string[]> {
  const child = start();
  const exit = once(child, 'exit');
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  await once(child.stderr as NodeJS.ReadableStream, 'data');
  await delay(milliseconds);
  child.kill(signal);
  const [code, killedBy] = await exit;
  // Too late an instant finds it done.
  expect([0, signal], said).toContain(code ?? killedBy);
  return (await readdir(join(root, 'cache', 'cloze'))).filter((name) => name.includes(`-${child.pid}-`));
}

async function expectWholeOrAbsent(): Promise<void> {
  const target = cacheDirectory(surroundings);
  const files = await readdir(target).catch(() => []);
  if (files.length === 0) expect(findLibtensorflow(surroundings)).toHaveProperty('reason');
  else {
    expect(files.sort()).toEqual(['installed.json', 'libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']);
    expect((await readFile(join(target, 'libtensorflow_cc.so.2'))).equals(large.data)).toBe(true);
  }
}

// CLOZE_KILLS=100 makes a campaign of it.
const kills = Number(process.env.CLOZE_KILLS ?? 6);

it(`killed at ${kills} instants, an installation leaves nothing half made, and the next one succeeds`, async () => {
  for (let i = 0; i < kills; i++) {
    const signal = (['SIGKILL', 'SIGINT', 'SIGTERM'] as const)[i % 3] as NodeJS.Signals;
    const left = await killAfter(((i * 0.618) % 1) * 450, signal);
    await expectWholeOrAbsent();
    if (signal !== 'SIGKILL') expect(left).toEqual([]);
    // Half of them start over, the other half find what a killed one left.
    if (i % 2) await rm(cacheDirectory(surroundings), { recursive: true, force: true });
  }
  await rm(cacheDirectory(surroundings), { recursive: true, force: true });
  await installLibtensorflow({ surroundings, wheel, report: () => {} });
  await expectWholeOrAbsent();
  expect(await readdir(join(root, 'cache', 'cloze'))).toHaveLength(1);
});

it('two processes at once both succeed, and a third meets their work', async () => {
  const ended = await Promise.all([start(), start()].map((child) => once(child, 'exit')));
  expect(ended.map(([code]) => code)).toEqual([0, 0]);
  await expectWholeOrAbsent();
  expect((await installLibtensorflow({ surroundings, wheel, report: () => {} })).changed).toBe(false);
  expect(await readdir(join(root, 'cache', 'cloze'))).toHaveLength(1);
});
