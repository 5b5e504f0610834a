import { hostname } from 'node:os';
import { CheckpointError } from '../checkpoints/checkpoint-error.ts';
import type { FileOperations } from './node-files.ts';
import { ownMark, type ProcessMark, processMark } from './process-mark.ts';

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
  const own: Owner = { ...ownMark(), host: hostname() };
  const name = `lock-${own.pid}-${own.started}-${locks++}.json`;
  const release = () => rm(`${folder}/${name}`, { force: true });
  const file = await open(`${folder}/${name}`, 'wx');
  try {
    try {
      await file.writeFile(`${JSON.stringify(own)}\n`);
    } finally {
      await file.close();
    }
    for (const other of await readdir(folder)) {
      if (!/^lock-.*\.json$/.test(other) || other === name) continue;
      const owner = await ownerOf(`${folder}/${other}`, readFile);
      if (owner === 'gone') continue;
      const dead = owner !== 'unknown' && isHere(owner, own) && processMark(owner.pid)?.started !== owner.started;
      if (dead) {
        await rm(`${folder}/${other}`, { force: true });
        continue;
      }
      throw new CheckpointError(
        owner === 'unknown'
          ? `${folder} may be in use: ${other} does not say by whom. If no run is writing there, remove that file.`
          : `${folder} is in use by process ${owner.pid} on ${owner.host}. Wait for it, or choose another folder; if that machine is gone or has another name now, remove ${other}.`,
      );
    }
    return release;
  } catch (error) {
    await release().catch(() => {});
    throw error;
  }
}

/** The boot that a mark was made in: its first eight digits, before the ticks. */
const bootOf = ({ started }: ProcessMark) => /^([0-9a-f]{8})\./.exec(started)?.[1];

/**
 * Whether an owner's process number can be asked for here: its host has our name, or is this kernel, not booted since, counting processes as
 * we do, under a name it has no more.
 */
function isHere(owner: Owner, own: Owner): boolean {
  const sameNumbers = owner.numbers !== undefined && owner.numbers === own.numbers && bootOf(owner) === bootOf(own);
  return owner.host === own.host || sameNumbers;
}

const isOwner = (value: unknown): value is Owner =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  'started' in value &&
  'host' in value &&
  Number.isSafeInteger(value.pid) &&
  typeof value.started === 'string' &&
  typeof value.host === 'string';

async function ownerOf(path: string, readFile: FileOperations['readFile']): Promise<Owner | 'gone' | 'unknown'> {
  // The name carries pid and start, so a file killed before its content was written can still be judged.
  const [, pid, started] = /lock-(\d+)-([^/]*)-\d+\.json$/.exec(path) ?? [];
  try {
    const owner: unknown = JSON.parse((await readFile(path)).toString());
    return isOwner(owner) ? owner : 'unknown';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    return pid && started && error instanceof SyntaxError ? { pid: Number(pid), started, host: hostname() } : 'unknown';
  }
}
