import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

const DAY = 86_400_000;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is somebody else's, and lives.
    return (error as { code?: string }).code === 'EPERM';
  }
}

/** How the temporary folder of this process beside a target begins. @internal */
export const partialPrefix = (target: string): string => `${target}.partial-${hostname()}-${process.pid}-`;

/**
 * Removes what installers that were killed left beside a target; those still at work keep theirs. A process of another machine or
 * container, with which a home folder may be shared, cannot be asked: its folder goes when it is a day old. @internal
 */
export async function sweepPartials(target: string): Promise<void> {
  const prefix = `${basename(target)}.partial-`;
  for (const name of await readdir(dirname(target))) {
    const [, host, pid] = name.startsWith(prefix) ? (/^(.+)-(\d+)-\w+$/.exec(name.slice(prefix.length)) ?? []) : [];
    if (host === undefined) continue;
    const folder = join(dirname(target), name);
    const { mtimeMs = 0 } = (await stat(folder).catch(() => undefined)) ?? {};
    const dead = host === hostname() ? !alive(Number(pid)) : Date.now() - mtimeMs > DAY;
    // A pip that outlived its installer may still be writing: what cannot be removed now is removed another time.
    if (dead) await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}
