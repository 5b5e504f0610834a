import { runAsChild } from '@cloze/sweeps/node';
import { say, stopSignals } from 'cloze/terminal';
import type { Command } from 'commander';
import { executeRun } from '../runs/execute-run.ts';
import type { ChildTask } from '../runs/run-in-own-process.ts';

/** Executes the run on standard input: what `bench run` starts for each run. */
export async function runOneCommand(): Promise<void> {
  // The log may lie on a disk that is full: what cannot be said there must not end the run.
  process.stderr.on('error', () => {});
  await runAsChild({
    run: (task, signal) => {
      // It comes from this program, through `runInOwnProcess`.
      const { spec, place } = task as ChildTask;
      return executeRun(spec, place, { signal, say });
    },
    signal: stopSignals(say),
    say,
  });
}

/** Declares the hidden `bench run-one`. */
export function addRunOne(program: Command): void {
  program.command('run-one', { hidden: true }).description('execute the run on standard input').action(runOneCommand);
}
