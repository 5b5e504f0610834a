import { hostname } from 'node:os';
import { CheckpointError } from '../checkpoints/checkpoint-error.ts';
import type { FileOperations } from './node-files.ts';
import { type ProcessMark, processMark } from './process-mark.ts';

type Owner = ProcessMark & { readonly host: string };

let locks = 0;

/**
 * Takes a folder for this process: writes its own `lock-…` file first and then looks for those of others.
 *
 * Two that start at once both see each other and both give way, so there is never more than one. A file of a process that
 * is gone (its number free, or given to one that started at another time) is removed.
 *
 * @throws {CheckpointError} naming the owner
 */
export async function lockFolder(
  folder: string,
  { open, readdir, readFile, rm }: FileOperations,
): Promise<() => Promise<void>> {
  const own: Owner = { ...(processMark(process.pid) as ProcessMark), host: hostname() };
  const name = `lock-${own.pid}-${own.started}-${locks++}.json`;
  const release = () => rm(`${folder}/${name}`, { force: true });
  const file = await open(`${folder}/${name}`, 'wx');
  try {
    await file.writeFile(`${JSON.stringify(own)}\n`);
  } finally {
    await file.close();
  }
  try {
    for (const other of await readdir(folder)) {
      if (!/^lock-.*\.json$/.test(other) || other === name) continue;
      const owner = await ownerOf(`${folder}/${other}`, readFile);
      if (owner === 'gone') continue;
      const dead = owner !== 'unknown' && owner.host === own.host && processMark(owner.pid)?.started !== owner.started;
      if (dead) {
        await rm(`${folder}/${other}`, { force: true });
        continue;
      }
      throw new CheckpointError(
        owner === 'unknown'
          ? `${folder} may be in use: ${other} does not say by whom. If no run is writing there, remove that file.`
          : `${folder} is in use by process ${owner.pid} on ${owner.host}. Wait for it, or choose another folder; if that machine is gone, remove ${other}.`,
      );
    }
    return release;
  } catch (error) {
    await release().catch(() => {});
    throw error;
  }
}

async function ownerOf(path: string, readFile: FileOperations['readFile']): Promise<Owner | 'gone' | 'unknown'> {
  // The name carries pid and start, so a file killed before its content was written can still be judged.
  const [, pid, started] = /lock-(\d+)-([^/]*)-\d+\.json$/.exec(path) ?? [];
  try {
    return JSON.parse((await readFile(path)).toString()) as Owner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    return pid && started && error instanceof SyntaxError ? { pid: Number(pid), started, host: hostname() } : 'unknown';
  }
}
