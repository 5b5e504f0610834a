import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { partialPrefix, sweepPartials } from './sweep-partials.ts';
import { progressLine } from './watch-progress.ts';

it('removes the folders of dead installers, not of living ones, other machines or other targets', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cloze-sweep-'));
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const target = join(root, 'lib');
  const here = hostname();
  const mine = `${basename(partialPrefix(target))}b`;
  const kept = ['lib', mine, `other.partial-${here}-${dead}-c`, 'lib.partial-elsewhere-7-d', 'lib.partial-notes'];
  const old = 'lib.partial-else-where-8-e';
  for (const name of [...kept, `lib.partial-${here}-${dead}-a`, old]) await mkdir(join(root, name));
  await utimes(join(root, old), 0, Date.now() / 1000 - 90_000);
  await sweepPartials(target);
  expect((await readdir(root)).sort()).toEqual(kept.sort());
  await rm(root, { recursive: true });
});

it('tells rate and time left', () => {
  expect(progressLine(50e6, 200e6, 10)).toBe('50 of 200 MB, 5.0 MB/s, 30 s left');
  expect(progressLine(0, 200e6, 2)).toBe('0 of 200 MB, 0.0 MB/s');
});
