import { text } from 'node:stream/consumers';
import { InterruptedError } from '@cloze/models';
import { stopSignals } from 'cloze/terminal';
import type { Command } from 'commander';
import { executeRun } from '../runs/execute-run.ts';
import type { ChildTask } from '../runs/run-in-child.ts';

/** The exit code of a run that was stopped and has saved itself (EX_TEMPFAIL). */
const interruptedCode = 75;

/** Executes the run on standard input: what `bench run` starts for each run. */
export async function runOneCommand(): Promise<void> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const signal = stopSignals(say);
  // Without a parent nobody waits for the record: save and stop.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  const { spec, place } = JSON.parse(await text(process.stdin)) as ChildTask;
  try {
    await executeRun(spec, place, { signal, say });
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    say(error.message);
    process.exitCode = interruptedCode;
  } finally {
    if (process.connected) process.disconnect();
  }
}

/** Declares the hidden `bench run-one`. */
export function addRunOne(program: Command): void {
  program.command('run-one', { hidden: true }).description('execute the run on standard input').action(runOneCommand);
}
