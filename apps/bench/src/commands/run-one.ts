import { text } from 'node:stream/consumers';
import { InterruptedError } from '@cloze/models';
import { errorSentence, stopSignals } from 'cloze/terminal';
import type { Command } from 'commander';
import { executeRun } from '../runs/execute-run.ts';
import { type ChildEnd, type ChildTask, codeOf } from '../runs/run-in-child.ts';

/** The exit code of a run that was stopped and has saved itself (EX_TEMPFAIL). */
const interruptedCode = 75;

/** Raised once the parent is gone: nobody waits for the record, so the run saves and stops. */
function orphaned(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    say('the scheduler is gone: saving and stopping after this step.');
    controller.abort();
  };
  // It may be gone before anybody listens.
  if (process.connected) process.once('disconnect', stop);
  else stop();
  return controller.signal;
}

/** Tells the parent how the run ended, where there is one, and lets the channel go. */
async function tell(end: ChildEnd): Promise<void> {
  process.removeAllListeners('disconnect');
  if (!process.connected) return;
  await new Promise<void>((told) => process.send?.(end, undefined, undefined, () => told()));
  if (process.connected) process.disconnect();
}

/** Executes the run on standard input: what `bench run` starts for each run. */
export async function runOneCommand(): Promise<void> {
  // The log may lie on a disk that is full: what cannot be said there must not end the run.
  process.stderr.on('error', () => {});
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const signal = AbortSignal.any([stopSignals(say), orphaned(say)]);
  try {
    const { spec, place } = JSON.parse(await text(process.stdin)) as ChildTask;
    await executeRun(spec, place, { signal, say });
    await tell({ kind: 'finished' });
  } catch (error) {
    const reason = errorSentence(error);
    say(reason);
    const interrupted = error instanceof InterruptedError;
    process.exitCode = interrupted ? interruptedCode : 1;
    await tell(interrupted ? { kind: 'interrupted' } : { kind: 'failed', reason, code: codeOf(error) });
  }
}

/** Declares the hidden `bench run-one`. */
export function addRunOne(program: Command): void {
  program.command('run-one', { hidden: true }).description('execute the run on standard input').action(runOneCommand);
}
