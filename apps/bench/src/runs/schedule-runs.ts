import { join } from 'node:path';
import { writeWhole } from 'cloze/terminal';
import type { RunPlace } from './execute-run.ts';
import { type ChildEnd, runInChild } from './run-in-child.ts';
import type { Job, RunQueue } from './run-queue.ts';

/** How a series of runs ended. */
export interface SeriesOutcome {
  readonly finished: number;
  readonly failed: readonly { readonly folder: string; readonly reason: string }[];
  readonly interrupted: boolean;
}

/**
 * Works through a queue with several runs side by side, each in its own process; a run that fails does not end the others.
 *
 * @param options.jobs runs at once @param options.run runs one; the default starts a child
 */
export async function scheduleRuns(
  queue: RunQueue,
  {
    jobs,
    place,
    signal,
    watch,
    run = runInChild,
  }: {
    readonly jobs: number;
    readonly place: Omit<RunPlace, 'folder'>;
    readonly signal: AbortSignal;
    readonly watch: (job: Job, end: ChildEnd | { readonly kind: 'begun' }, seconds: number) => void;
    readonly run?: typeof runInChild;
  },
): Promise<SeriesOutcome> {
  let finished = 0;
  let interrupted = false;
  const failed: { folder: string; reason: string }[] = [];
  const worker = async () => {
    while (!signal.aborted) {
      const job = await queue.take();
      if (!job) return;
      const started = Date.now();
      watch(job, { kind: 'begun' }, 0);
      const end = await run({ spec: job.spec, place: { ...place, folder: job.folder } }, signal);
      if (end.kind === 'finished') finished++;
      else if (end.kind === 'interrupted') interrupted = true;
      else {
        failed.push({ folder: job.folder, reason: end.reason });
        writeWhole(join(job.folder, 'failure.json'), `${JSON.stringify({ reason: end.reason })}\n`);
      }
      await job.release();
      watch(job, end, (Date.now() - started) / 1000);
    }
    interrupted = true;
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return { finished, failed, interrupted };
}
