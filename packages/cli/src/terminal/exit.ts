import { errorSentence } from '@cloze/trainer/node';
import { CommanderError } from 'commander';
import { printable } from './printable.ts';
import { UsageError } from './usage-error.ts';

/**
 * How a process ends that nothing else ends: `cloze … | head` closes the pipe when it has seen enough, which is no failure; an output on a full
 * disk, or any error that nobody waited for, is one sentence and exit code 1, no stack trace.
 */
export function endInOneSentence(program: string): void {
  const fail = (error: unknown) => {
    process.stderr.write(`${program}: ${printable(errorSentence(error))}\n`);
    process.exit(1);
  };
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    fail(error.path === undefined ? Object.assign(error, { path: 'standard output' }) : error);
  });
  // Nobody reads on: there is nothing left to say it to.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', fail);
}

/** The exit code of what a command threw, 1 failed, 2 wrong usage or 130 stopped by a signal; says in one sentence what was wrong. Commander has said its own. */
export function exitCodeOf(program: string, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`${program}: ${printable(errorSentence(error))}\n`);
  // By its name: packages that train are not loaded for a command that does not.
  if (error instanceof Error && error.name === 'InterruptedError') return 130;
  return error instanceof UsageError ? 2 : 1;
}
