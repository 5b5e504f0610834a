import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorSentence } from 'cloze/terminal';
import type { RunPlace } from './execute-run.ts';
import { peakMemory } from './peak-memory.ts';
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
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** The operating system's, where it was that: a full disk is no fault of the run. */
      readonly code?: string | undefined;
    };

const isEnd = (message: unknown): message is ChildEnd =>
  typeof message === 'object' && message !== null && 'kind' in message;

/** The operating system's code of an error, or of what it was raised for. */
export function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string' && /^E[A-Z]+$/.test(at.code)) return at.code;
  return undefined;
}

/** Variables of the environment that a run has no use for: where the command was given, and what opens a queue. */
const kept = ({ INIT_CWD: _, CLOZE_QUEUE_PASSWORD: __, ...rest }: NodeJS.ProcessEnv) => rest;

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
 *
 * @param memory bytes that it may hold (Linux); one that held more is killed, looked at twice a second. Default any
 */
export function runInChild(task: ChildTask, signal: AbortSignal, memory?: number): Promise<ChildEnd> {
  const path = join(task.place.folder, 'log.txt');
  let log: number;
  let before: number;
  try {
    log = openSync(path, 'a');
    before = statSync(path).size;
  } catch (error) {
    return Promise.resolve({ kind: 'failed', reason: errorSentence(error), code: codeOf(error) });
  }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...process.execArgv, process.argv[1] as string, 'run-one'], {
      stdio: ['pipe', 'ignore', log, 'ipc'],
      // Ctrl-C reaches the whole group of a terminal: the child gets its own, and its stop from us.
      detached: true,
      env: kept(process.env),
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
    let held = 0;
    const watch =
      memory === undefined
        ? undefined
        : setInterval(() => {
            held = child.pid === undefined ? 0 : (peakMemory(child.pid) ?? 0);
            if (held > memory) child.kill('SIGKILL');
          }, 500);
    const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
    child.on('error', (error) => resolve({ kind: 'failed', reason: errorSentence(error) }));
    child.on('close', (code, killedBy) => {
      clearInterval(watch);
      signal.removeEventListener('abort', stop);
      if (memory !== undefined && held > memory)
        resolve({
          kind: 'failed',
          reason: `it held ${mebibytes(held)}, more than the ${mebibytes(memory)} of --memory`,
        });
      else if (code === 0 && !existsSync(join(task.place.folder, 'manifest.json')))
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
