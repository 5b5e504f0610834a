import { text as textOf } from 'node:stream/consumers';
import { callable, checkOptions, needed, unchecked } from '@cloze/checks';
import { errorSentence } from '@cloze/trainer/node';
import { codeOf, interruptedCode } from './child-end.ts';
import type { RunEnd } from './planned-run.ts';

/** What a child's program does with its task. */
export interface AsChildOptions {
  /** Does the run; what it throws is why it failed, or, with the name `InterruptedError`, that it has saved itself and stopped. */
  readonly run: (task: unknown, signal: AbortSignal) => Promise<void>;
  /** Raised by what stops the process, such as SIGTERM. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

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
async function tell(end: RunEnd): Promise<void> {
  process.removeAllListeners('disconnect');
  if (!process.connected) return;
  await new Promise<void>((done) => process.send?.(end, undefined, undefined, () => done()));
  if (process.connected) process.disconnect();
}

/** The other side of `runInChild`: takes the task from standard input, does it, tells the parent how it ended, and sets the exit code. */
export async function runAsChild(options: AsChildOptions): Promise<void> {
  checkOptions('runAsChild', options, { run: needed(callable), signal: needed(unchecked), say: needed(callable) });
  const { run, signal, say } = options;
  const either = AbortSignal.any([signal, orphaned(say)]);
  try {
    await run(JSON.parse(await textOf(process.stdin)), either);
    await tell({ kind: 'finished' });
  } catch (error) {
    const reason = errorSentence(error);
    say(reason);
    const interrupted = error instanceof Error && error.name === 'InterruptedError';
    process.exitCode = interrupted ? interruptedCode : 1;
    await tell(interrupted ? { kind: 'interrupted' } : { kind: 'failed', reason, code: codeOf(error) });
  }
}
