import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchProcess } from './bench-process.ts';
import { compareRuns, runsBelow } from './compare-runs.ts';

/** A disk of its own size; undefined where this machine does not allow it. */
function smallDisk(path: string, kibibytes: number): { resize(kibibytes: number): void; remove(): void } | undefined {
  mkdirSync(path, { recursive: true });
  const mount = (...words: string[]) => spawnSync('mount', [...words, 'tmpfs', path]).status === 0;
  if (!mount('-t', 'tmpfs', '-o', `size=${kibibytes}k`)) return undefined;
  return {
    resize: (size) => {
      spawnSync('mount', ['-o', `remount,size=${size}k`, path]);
    },
    remove: () => {
      spawnSync('umount', ['-l', path]);
    },
  };
}

/**
 * A sweep whose worker has a full disk, and then one whose follower has: each must stop with one sentence, and all be recorded once there is room.
 *
 * @param problems takes what went wrong @returns what was seen, in words
 */
export async function fullDisk({
  folder,
  queue,
  start,
  plan,
  peaceful,
  problems,
}: {
  readonly folder: string;
  readonly queue: readonly string[];
  /** Starts a command of the bench. */
  readonly start: (words: readonly string[]) => BenchProcess;
  readonly plan: (seeds: number, out: string) => readonly string[];
  /** Records of the same runs and more. */
  readonly peaceful: string;
  readonly problems: string[];
}): Promise<string> {
  const [work, out] = [join(folder, 'work'), join(folder, 'out')];
  const disks = [smallDisk(work, 16), smallDisk(out, 16)];
  const [workDisk, outDisk] = disks;
  try {
    if (!workDisk || !outDisk) return 'not tried: this machine mounts no tmpfs';
    const name = ['--name', 'full'];
    const follow = () => start([...plan(1, out), ...queue, ...name]);
    const worker = (where: string) =>
      start(['worker', ...queue, ...name, '--jobs', '1', '--threads', '1', '--work', where]);
    const follower = follow();
    const first = worker(work);
    const code = await first.ended;
    const sentence = first.said().trim().split('\n').at(-1) ?? '';
    if (code !== 1 || !/the disk is full/.test(sentence))
      problems.push(`a worker on a full disk ended with ${code}: ${sentence}`);
    const other = worker(join(folder, 'roomy'));
    const followed = await follower.ended;
    const said = follower.said().trim().split('\n').at(-1) ?? '';
    if (followed !== 1 || !/the disk is full/.test(said))
      problems.push(`a follower on a full disk ended with ${followed}: ${said}`);
    const torn = runsBelow(out).filter((run) => !existsSync(join(out, run, 'manifest.json')));
    if (torn.length > 0) problems.push(`a full disk left ${torn.join(', ')} by halves`);
    outDisk.resize(65_536);
    const again = follow();
    const end = await again.ended;
    if (end !== 0) problems.push(`with room again the follower ended with ${end}: ${again.said().slice(-500)}`);
    other.signal('SIGTERM');
    await other.ended;
    const wrong = compareRuns(out, peaceful).filter((text) => !text.includes('more than was asked'));
    for (const problem of wrong) problems.push(`after a full disk: ${problem}`);
    return `worker and follower stopped with a sentence; ${runsBelow(out).length} runs recorded afterwards`;
  } finally {
    for (const disk of disks) disk?.remove();
  }
}
