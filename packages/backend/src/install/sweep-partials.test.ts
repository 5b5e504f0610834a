import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sweepPartials } from './sweep-partials.ts';
import { progressLine } from './watch-progress.ts';

it('removes the folders of dead installers, not of living ones nor of other targets', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cloze-sweep-'));
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const target = join(root, 'lib');
  const kept = ['lib', `lib.partial-${process.pid}-b`, `other.partial-${dead}-c`];
  for (const name of [...kept, `lib.partial-${dead}-a`]) await mkdir(join(root, name));
  await sweepPartials(target);
  expect((await readdir(root)).sort()).toEqual(kept.sort());
  await rm(root, { recursive: true });
});

it('tells rate and time left', () => {
  expect(progressLine(50e6, 200e6, 10)).toBe('50 of 200 MB, 5.0 MB/s, 30 s left');
  expect(progressLine(0, 200e6, 2)).toBe('0 of 200 MB, 0.0 MB/s');
});
