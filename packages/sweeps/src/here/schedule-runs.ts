import { join } from 'node:path';
import { callable, checkOptions, needed, unchecked, whole } from '@cloze/checks';
import { errorSentence, writeWhole } from '@cloze/trainer/node';
import type { DoRun, PlannedRun, RefusedRun, RunEnd, RunQueue } from './planned-run.ts';

/** How a series of runs ended. */
export interface SeriesOutcome {
  readonly finished: number;
  readonly failed: readonly { readonly folder: string; readonly reason: string }[];
  /** Runs that were not begun: another scheduler has them, or they cannot be taken. */
  readonly refused: readonly RefusedRun[];
  readonly interrupted: boolean;
}

/** How runs are done side by side. */
export interface ScheduleOptions<Spec> {
  /** Runs at once, 1 or more. */
  readonly jobs: number;
  readonly run: DoRun<Spec>;
  /** Raised: nothing more is begun, and what runs is told to stop. */
  readonly signal: AbortSignal;
  /** Told of each run as it begins and ends, with its seconds. */
  readonly watch: (run: PlannedRun<Spec>, end: RunEnd | { readonly kind: 'begun' }, seconds: number) => void;
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

/** Works through a queue with several runs side by side; a run that fails does not end the others, and its reason is kept in `failure.json` of its folder. */
export async function scheduleRuns<Spec>(
  queue: RunQueue<Spec>,
  options: ScheduleOptions<Spec>,
): Promise<SeriesOutcome> {
  checkOptions('scheduleRuns', options, {
    jobs: needed(whole(1)),
    run: needed(callable),
    signal: needed(unchecked),
    watch: needed(callable),
  });
  const { jobs, run, signal, watch } = options;
  let finished = 0;
  let interrupted = false;
  const failed: { folder: string; reason: string }[] = [];
  const worker = async () => {
    while (!signal.aborted) {
      const taken = await queue.take();
      if (!taken) return;
      const started = performance.now();
      watch(taken, { kind: 'begun' }, 0);
      let end = await run({ spec: taken.spec, folder: taken.folder }, signal);
      if (end.kind === 'finished') finished++;
      else if (end.kind === 'interrupted') interrupted = true;
      else {
        end = { ...end, reason: keepReason(taken.folder, end.reason) };
        failed.push({ folder: taken.folder, reason: end.reason });
      }
      await taken.release();
      watch(taken, end, (performance.now() - started) / 1000);
    }
    interrupted = true;
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return { finished, failed, refused: queue.refused(), interrupted };
}
