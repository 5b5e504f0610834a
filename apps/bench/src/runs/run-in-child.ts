import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorSentence } from 'cloze/terminal';
import type { RunPlace } from './execute-run.ts';
import type { RunSpec } from './run-spec.ts';

/** What a child is told on its standard input. */
export interface ChildTask {
  readonly spec: RunSpec;
  readonly place: RunPlace;
}

/** How a child ended. */
export type ChildEnd =
  | { readonly kind: 'finished' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly reason: string };

const isEnd = (message: unknown): message is ChildEnd =>
  typeof message === 'object' && message !== null && 'kind' in message;

/** The last line of a log that was written after a place. */
function lastLine(path: string, from: number): string {
  try {
    return readFileSync(path).subarray(from).toString('utf8').trim().split('\n').at(-1) ?? '';
  } catch {
    return '';
  }
}

/**
 * Runs one spec in a process of its own: its memory is its own, and what kills it kills nothing else.
 *
 * What it says goes to `log.txt` in the run's folder, by itself: a child whose parent is gone can still write there. It notices (the channel
 * closes), saves and stops. How it ended it says on the channel.
 */
export function runInChild(task: ChildTask, signal: AbortSignal): Promise<ChildEnd> {
  const path = join(task.place.folder, 'log.txt');
  let log: number;
  let before: number;
  try {
    log = openSync(path, 'a');
    before = statSync(path).size;
  } catch (error) {
    return Promise.resolve({ kind: 'failed', reason: errorSentence(error) });
  }
  return new Promise((resolve) => {
    const { INIT_CWD: _, ...env } = process.env;
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1] as string, 'run-one'], {
      stdio: ['pipe', 'ignore', log, 'ipc'],
      // Ctrl-C reaches the whole group of a terminal: the child gets its own, and its stop from us.
      detached: true,
      env,
    });
    closeSync(log);
    let told: ChildEnd | undefined;
    child.on('message', (message) => {
      if (isEnd(message)) told = message;
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(JSON.stringify(task));
    const stop = () => child.kill('SIGTERM');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    child.on('error', (error) => resolve({ kind: 'failed', reason: errorSentence(error) }));
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      if (code === 0 && !existsSync(join(task.place.folder, 'manifest.json')))
        resolve({ kind: 'failed', reason: 'the process ended well and left no record' });
      else if (code === 0) resolve({ kind: 'finished' });
      else if (code === 75) resolve({ kind: 'interrupted' });
      else if (told) resolve(told);
      else
        resolve({
          kind: 'failed',
          reason: killedBy ? `killed by ${killedBy}` : lastLine(path, before) || `exit code ${code}`,
        });
    });
  });
}
