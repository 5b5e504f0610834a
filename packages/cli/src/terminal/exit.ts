import { CommanderError } from 'commander';
import { errorSentence } from './error-sentence.ts';
import { UsageError } from './usage-error.ts';

/** `cloze … | head` closes the pipe when it has seen enough: no failure. */
export function endOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

/** The exit code of what a command threw, 1 failed, 2 wrong usage or 130 stopped by a signal; says in one sentence what was wrong. Commander has said its own. */
export function exitCodeOf(program: string, error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`${program}: ${errorSentence(error)}\n`);
  // By its name: packages that train are not loaded for a command that does not.
  if (error instanceof Error && error.name === 'InterruptedError') return 130;
  return error instanceof UsageError ? 2 : 1;
}
