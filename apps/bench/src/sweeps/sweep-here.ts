import { totalmem } from 'node:os';
import { folderQueue, peakMemory, scheduleRuns } from '@cloze/sweeps/node';
import { UsageError } from 'cloze/terminal';
import type { RunPlace } from '../runs/execute-run.ts';
import { runInOwnProcess } from '../runs/run-in-own-process.ts';
import { isFinished } from '../runs/run-record.ts';
import type { RecipeRun } from '../runs/run-spec.ts';
import type { ArmsKept } from './hopeless-arms.ts';
import type { SweepTold } from './sweep-told.ts';

/** Bytes of a limit in MiB that this machine can keep. @throws {UsageError} where so many runs may hold more than there is, or nobody can look */
export function memoryLimit(mebibytes: number | undefined, jobs: number): number | undefined {
  if (mebibytes === undefined) return undefined;
  if (peakMemory(process.pid) === undefined)
    throw new UsageError('--memory: only Linux says what a process holds; leave it out here.');
  const all = Math.floor(totalmem() / 2 ** 20);
  if (mebibytes * jobs > all)
    throw new UsageError(
      `--memory ${mebibytes}: ${jobs} runs side by side may hold ${mebibytes * jobs} MiB, this machine has ${all}; lower it, or --jobs.`,
    );
  return mebibytes * 2 ** 20;
}

/** Does a sweep's runs in processes of this machine. */
export async function sweepHere(
  runs: readonly RecipeRun[],
  {
    jobs,
    memory,
    place,
    kept,
    told,
    signal,
    say,
  }: {
    readonly jobs: number;
    readonly memory: number | undefined;
    readonly place: Omit<RunPlace, 'folder'>;
    readonly kept: ArmsKept;
    readonly told: SweepTold;
    readonly signal: AbortSignal;
    readonly say: (line: string) => void;
  },
): Promise<void> {
  const limit = memoryLimit(memory, jobs);
  const outcome = await scheduleRuns(folderQueue(runs, { isFinished, leaveOut: kept.isLeftOut }), {
    jobs,
    signal,
    run: runInOwnProcess(place, limit),
    watch: (run, end) => {
      if (end.kind === 'finished') told.recorded(run);
      else if (end.kind === 'failed') told.failed(run, end.reason);
    },
  });
  for (const { folder, reason } of outcome.refused) told.notBegun(folder, reason);
  if (outcome.failed.length > 0)
    say(`${outcome.failed.length} runs failed; log.txt in each folder says more. The same command tries them again.`);
  if (outcome.interrupted) say('stopped; the same command goes on.');
}
