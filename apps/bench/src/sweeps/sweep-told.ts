import { basename, dirname } from 'node:path';
import { sweepProgress } from '@cloze/sweeps/node';
import { type RunRecord, readRecord } from '../runs/run-record.ts';
import type { RecipeRun, RunSpec } from '../runs/run-spec.ts';
import type { ArmsKept } from './hopeless-arms.ts';

/** What those who do a sweep tell, wherever it is done. */
export interface SweepTold {
  /** A run is recorded; arms may be stopped by it. */
  recorded(run: RecipeRun, record?: RunRecord): void;
  failed(run: RecipeRun, reason: string): void;
  /** A run was not begun, for a reason that is not its own. */
  notBegun(folder: string, reason: string): void;
  hasFailed(): boolean;
}

/** Milliseconds between two lines about runs that ended well. */
const between = 1000;

/** Tells people how far a sweep is, at most a line a second, and machines of each run, one JSON object a line. */
export function sweepTold({
  done,
  open,
  cost,
  kept,
  json,
  say,
}: {
  readonly done: number;
  readonly open: readonly RecipeRun[];
  readonly cost: (spec: RunSpec) => number;
  readonly kept: ArmsKept;
  readonly json: boolean;
  readonly say: (line: string) => void;
}): SweepTold {
  const now = () => performance.now() / 1000;
  const progress = sweepProgress({ finished: done, open: open.map(({ spec }) => spec), cost, now });
  const nameOf = ({ folder }: RecipeRun) => `${basename(dirname(folder))}/${basename(folder)}`;
  const write = (told: object) => {
    if (json) process.stdout.write(`${JSON.stringify(told)}\n`);
  };
  let failures = 0;
  let count = 0;
  let shown = Number.NEGATIVE_INFINITY;
  return {
    recorded: (run, record = readRecord(run.folder)) => {
      const line = progress.done(run.spec);
      count++;
      const { seconds } = record.manifest;
      write({ run: run.folder, kind: 'finished', seconds });
      const stopped = kept.recorded(run, record);
      if (performance.now() - shown >= between || count + failures === open.length) {
        say(`${line} · ${nameOf(run)} finished in ${seconds.toFixed(1)} s`);
        shown = performance.now();
      }
      if (!stopped) return;
      write({ kind: 'stopped', ...stopped });
      const worse = stopped.figures.map(({ column, difference }) => `${column} ${difference.toFixed(2)}`).join(', ');
      say(`${stopped.folder}/${stopped.arm} is stopped after ${stopped.seeds} seeds: ${worse} against the baseline.`);
      for (const other of open) if (kept.isLeftOut(other)) progress.gone(other.spec);
    },
    failed: (run, reason) => {
      failures++;
      progress.gone(run.spec);
      write({ run: run.folder, kind: 'failed', reason });
      say(`${nameOf(run)} failed: ${reason}`);
    },
    notBegun: (folder, reason) => {
      failures++;
      write({ run: folder, kind: 'not begun', reason });
      say(`${folder} was not begun: ${reason}`);
    },
    hasFailed: () => failures > 0,
  };
}
