import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
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

/**
 * Runs one spec in a process of its own: its memory is its own, and what kills it kills nothing else.
 *
 * What it says goes to `log.txt` in the run's folder. A child whose parent is gone notices (the channel closes), saves and stops.
 */
export function runInChild(task: ChildTask, signal: AbortSignal): Promise<ChildEnd> {
  return new Promise((resolve) => {
    const { INIT_CWD: _, ...env } = process.env;
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1] as string, 'run-one'], {
      stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
      // Ctrl-C reaches the whole group of a terminal: the child gets its own, and its stop from us.
      detached: true,
      env,
    });
    const log = createWriteStream(join(task.place.folder, 'log.txt'), { flags: 'a' });
    let tail = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-2000);
      log.write(chunk);
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(JSON.stringify(task));
    const stop = () => child.kill('SIGTERM');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    child.on('error', (error) => resolve({ kind: 'failed', reason: error.message }));
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      log.end();
      if (code === 0) resolve({ kind: 'finished' });
      else if (code === 75) resolve({ kind: 'interrupted' });
      else {
        const last = tail.trim().split('\n').at(-1) ?? '';
        resolve({ kind: 'failed', reason: killedBy ? `killed by ${killedBy}` : last || `exit code ${code}` });
      }
    });
  });
}
