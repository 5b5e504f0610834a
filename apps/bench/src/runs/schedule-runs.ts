import { join } from 'node:path';
import { errorSentence, writeWhole } from 'cloze/terminal';
import type { RunPlace } from './execute-run.ts';
import { type ChildEnd, runInChild } from './run-in-child.ts';
import type { Job, Refused, RunQueue } from './run-queue.ts';

/** How a series of runs ended. */
export interface SeriesOutcome {
  readonly finished: number;
  readonly failed: readonly { readonly folder: string; readonly reason: string }[];
  /** Runs that were not begun: another scheduler has them, or they cannot be taken. */
  readonly refused: readonly Refused[];
  readonly interrupted: boolean;
}

/** Keeps the reason of a failure in the run's folder, or says why it cannot: a full disk must not end the other runs. */
function keepReason(folder: string, reason: string): string {
  try {
    writeWhole(join(folder, 'failure.json'), `${JSON.stringify({ reason })}\n`);
    return reason;
  } catch (error) {
    return `${reason} (not kept in failure.json: ${errorSentence(error)})`;
  }
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
      const started = performance.now();
      watch(job, { kind: 'begun' }, 0);
      let end = await run({ spec: job.spec, place: { ...place, folder: job.folder } }, signal);
      if (end.kind === 'finished') finished++;
      else if (end.kind === 'interrupted') interrupted = true;
      else {
        end = { ...end, reason: keepReason(job.folder, end.reason) };
        failed.push({ folder: job.folder, reason: end.reason });
      }
      await job.release();
      watch(job, end, (performance.now() - started) / 1000);
    }
    interrupted = true;
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return { finished, failed, refused: queue.refused(), interrupted };
}
