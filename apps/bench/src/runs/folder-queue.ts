import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '@cloze/trainer/node';
import type { Job, RunQueue } from './run-queue.ts';
import { isFinished } from './run-record.ts';
import { type RunSpec, runFolder } from './run-spec.ts';

/**
 * Runs as folders below a root: what is finished is skipped, what another living scheduler has is left to it.
 *
 * A lease is a lock in the run's folder that names its process; the lock of a process that is gone counts for nothing. Several schedulers on
 * one machine, or on one shared folder with living owners told apart by host, may work through the same plan.
 */
export function folderQueue(root: string, specs: readonly RunSpec[]): RunQueue {
  const files = nodeFiles();
  const waiting = specs.map((spec) => ({ spec, folder: runFolder(root, spec) }));
  let [finished, taken] = [0, 0];
  const take = async (): Promise<Job | undefined> => {
    // Taken from the front: at most some thousands of runs, each of minutes.
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { spec, folder } = next;
      if (isFinished(folder)) {
        finished++;
        continue;
      }
      const lease = join(folder, 'lease');
      mkdirSync(lease, { recursive: true });
      try {
        const release = await files.lock(lease);
        // Somebody may have finished it between the look and the lease.
        if (isFinished(folder)) {
          await release();
          finished++;
          continue;
        }
        return {
          spec,
          folder,
          release: async () => {
            await release();
            await files.remove(lease);
          },
        };
      } catch {
        taken++;
      }
    }
    return undefined;
  };
  return { take, counts: () => ({ finished, taken, waiting: waiting.length }) };
}
