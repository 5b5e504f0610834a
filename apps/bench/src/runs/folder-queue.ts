import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '@cloze/trainer/node';
import { errorSentence } from 'cloze/terminal';
import type { Job, PlannedRun, Refused, RunQueue } from './run-queue.ts';
import { isFinished } from './run-record.ts';

const files = nodeFiles();

/** Takes the lease of a run's folder. @returns gives it back @throws naming who has it, or why it cannot be taken */
export async function takeLease(folder: string): Promise<() => Promise<void>> {
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
 * Runs in their folders: what is finished is skipped; what another scheduler has, or what cannot be taken, is left with its reason.
 *
 * A lease is a lock in the run's folder that names its process; the lock of a process that is gone counts for nothing. Several schedulers on
 * one machine, or on one shared folder with living owners told apart by host, may work through the same plan.
 *
 * @param leaveOut asked when a run's turn comes: whether it is not to be done after all
 */
export function folderQueue(
  runs: readonly PlannedRun[],
  leaveOut: (run: PlannedRun) => boolean = () => false,
): RunQueue {
  let next = 0;
  const refused: (Refused & PlannedRun)[] = [];
  const take = async (): Promise<Job | undefined> => {
    while (next < runs.length) {
      const run = runs[next++] as PlannedRun;
      const { spec, folder } = run;
      try {
        if (isFinished(folder, spec) || leaveOut(run)) continue;
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
  const isDone = ({ folder, spec }: PlannedRun) => {
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
