import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '@cloze/trainer/node';
import { errorSentence } from 'cloze/terminal';
import type { Job, Refused, RunQueue } from './run-queue.ts';
import { isFinished } from './run-record.ts';
import { type RunSpec, runFolder } from './run-spec.ts';

const files = nodeFiles();

/** Takes the lease of a run's folder. @returns gives it back @throws naming who has it, or why it cannot be taken */
async function takeLease(folder: string): Promise<() => Promise<void>> {
  const lease = join(folder, 'lease');
  for (let tries = 0; ; tries++) {
    mkdirSync(lease, { recursive: true });
    try {
      const release = await files.lock(lease);
      return async () => {
        await release();
        try {
          // Only if it is empty: somebody else may have taken it by now.
          rmdirSync(lease);
        } catch {}
      };
    } catch (error) {
      // The folder went with the lease of somebody who was done just now.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 3) throw error;
    }
  }
}

/**
 * Runs as folders below a root: what is finished is skipped; what another scheduler has, or what cannot be taken, is left with its reason.
 *
 * A lease is a lock in the run's folder that names its process; the lock of a process that is gone counts for nothing. Several schedulers on
 * one machine, or on one shared folder with living owners told apart by host, may work through the same plan.
 */
export function folderQueue(root: string, specs: readonly RunSpec[]): RunQueue {
  const waiting = specs.map((spec) => ({ spec, folder: runFolder(root, spec) }));
  const refused: (Refused & { readonly spec: RunSpec })[] = [];
  const take = async (): Promise<Job | undefined> => {
    // Taken from the front: at most some thousands of runs, each of minutes.
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { spec, folder } = next;
      try {
        if (isFinished(folder, spec)) continue;
        const release = await takeLease(folder);
        // Somebody may have finished it between the look and the lease.
        if (isFinished(folder, spec)) await release();
        else return { spec, folder, release };
      } catch (error) {
        refused.push({ spec, folder, reason: errorSentence(error) });
      }
    }
    return undefined;
  };
  const isDone = ({ folder, spec }: { readonly folder: string; readonly spec: RunSpec }) => {
    try {
      return isFinished(folder, spec);
    } catch {
      return false;
    }
  };
  return {
    take,
    refused: () => refused.filter((one) => !isDone(one)).map(({ folder, reason }) => ({ folder, reason })),
  };
}
