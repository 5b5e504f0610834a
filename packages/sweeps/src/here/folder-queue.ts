import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { callable, checkOptions, needed } from '@cloze/checks';
import { errorSentence, nodeFiles } from '@cloze/trainer/node';
import type { PlannedRun, RefusedRun, RunQueue, TakenRun } from './planned-run.ts';

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
 * @param options.isFinished whether a run's record is there; what it throws, such as for the record of another run, keeps the run from being given out
 * @param options.leaveOut asked when a run's turn comes: whether it is not to be done after all; default false
 */
export function folderQueue<Spec>(
  runs: readonly PlannedRun<Spec>[],
  options: {
    readonly isFinished: (run: PlannedRun<Spec>) => boolean;
    readonly leaveOut?: (run: PlannedRun<Spec>) => boolean;
  },
): RunQueue<Spec> {
  checkOptions('folderQueue', options, { isFinished: needed(callable), leaveOut: callable });
  const { isFinished, leaveOut = () => false } = options;
  let next = 0;
  const refused: (RefusedRun & { readonly run: PlannedRun<Spec> })[] = [];
  const take = async (): Promise<TakenRun<Spec> | undefined> => {
    while (next < runs.length) {
      const run = runs[next++] as PlannedRun<Spec>;
      const { spec, folder } = run;
      try {
        if (isFinished(run) || leaveOut(run)) continue;
        const release = await takeLease(folder);
        // Somebody may have finished it between the look and the lease.
        if (isFinished(run)) await release();
        else return { spec, folder, release };
      } catch (error) {
        refused.push({ run, folder, reason: errorSentence(error) });
      }
    }
    return undefined;
  };
  const isDone = ({ run }: (typeof refused)[number]) => {
    try {
      return isFinished(run);
    } catch {
      return false;
    }
  };
  return {
    take,
    refused: () => refused.filter((one) => !isDone(one)).map(({ folder, reason }) => ({ folder, reason })),
  };
}
