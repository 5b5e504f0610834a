import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is somebody else's, and lives.
    return (error as { code?: string }).code === 'EPERM';
  }
}

/** Removes what installers that were killed left beside a target; those still at work keep theirs. @internal */
export async function sweepPartials(target: string): Promise<void> {
  const prefix = `${basename(target)}.partial-`;
  for (const name of await readdir(dirname(target))) {
    if (!name.startsWith(prefix)) continue;
    const [, pid] = /^(\d+)-/.exec(name.slice(prefix.length)) ?? [];
    if (pid !== undefined && !alive(Number(pid))) {
      await rm(join(dirname(target), name), { recursive: true, force: true });
    }
  }
}
