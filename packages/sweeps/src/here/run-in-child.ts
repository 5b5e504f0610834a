import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { anything, checkOptions, listOf, needed, real, text, unchecked } from '@cloze/checks';
import { errorSentence } from '@cloze/trainer/node';
import { codeOf, interruptedCode } from './child-end.ts';
import { peakMemory } from './peak-memory.ts';
import type { RunEnd } from './planned-run.ts';

/** How a child is started. */
export interface ChildOptions {
  /** Words after Node's own name: options of Node, a script that calls `runAsChild`, words of its own. */
  readonly words: readonly string[];
  /** What it is told, as JSON. */
  readonly task: unknown;
  /** The run's folder: its log goes there, and a record with a `manifest.json` is there when it has finished. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Default this process' own. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Bytes that it may hold (Linux); one that held more is killed, looked at twice a second. Default any. */
  readonly memory?: number | undefined;
}

const isEnd = (message: unknown): message is RunEnd =>
  typeof message === 'object' && message !== null && 'kind' in message;

/** The last line of a log that was written after a place. */
function lastLine(path: string, from: number): string {
  try {
    return readFileSync(path).subarray(from).toString('utf8').trim().split('\n').at(-1) ?? '';
  } catch {
    return '';
  }
}

const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

/**
 * Does a run in a process of its own: its memory is its own, and what kills it kills nothing else.
 *
 * What it says goes to `log.txt` in the run's folder, by itself: a child whose parent is gone can still write there. It notices (the channel
 * closes), saves and stops. How it ended it says on the channel; one that was killed has failed with the signal's name, or its last line, but for
 * one that `signal` stopped before it listened.
 */
export function runInChild(options: ChildOptions): Promise<RunEnd> {
  checkOptions('runInChild', options, {
    words: needed(listOf(text)),
    task: needed(unchecked),
    folder: needed(text),
    signal: needed(unchecked),
    environment: anything,
    memory: real({ above: 0 }),
  });
  const { words, task, folder, signal, environment = process.env, memory } = options;
  const path = join(folder, 'log.txt');
  let log: number;
  let before: number;
  try {
    log = openSync(path, 'a');
    before = statSync(path).size;
  } catch (error) {
    return Promise.resolve({ kind: 'failed', reason: errorSentence(error), code: codeOf(error) });
  }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, {
      stdio: ['pipe', 'ignore', log, 'ipc'],
      // Ctrl-C reaches the whole group of a terminal: the child gets its own, and its stop from us.
      detached: true,
      env: environment,
    });
    closeSync(log);
    let said: RunEnd | undefined;
    child.on('message', (message) => {
      if (isEnd(message)) said = message;
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(JSON.stringify(task));
    const stop = () => child.kill('SIGTERM');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    let held = 0;
    const look = (most: number) => {
      held = child.pid === undefined ? 0 : (peakMemory(child.pid) ?? 0);
      if (held > most) child.kill('SIGKILL');
    };
    const watch = memory === undefined ? undefined : setInterval(() => look(memory), 500);
    const endOf = (code: number | null, killedBy: string | null): RunEnd => {
      if (memory !== undefined && held > memory) {
        const reason = `it held ${mebibytes(held)}, more than the ${mebibytes(memory)} of --memory`;
        return { kind: 'failed', reason };
      }
      if (code === 0 && !existsSync(join(folder, 'manifest.json')))
        return { kind: 'failed', reason: 'the process ended well and left no record' };
      if (code === 0) return { kind: 'finished' };
      if (code === interruptedCode) return { kind: 'interrupted' };
      // Our own stop reached it before it listened: it had begun nothing that could be lost.
      if (signal.aborted && killedBy === 'SIGTERM') return { kind: 'interrupted' };
      const reason = killedBy ? `killed by ${killedBy}` : lastLine(path, before) || `exit code ${code}`;
      return said ?? { kind: 'failed', reason };
    };
    child.on('error', (error) => resolve({ kind: 'failed', reason: errorSentence(error) }));
    child.on('close', (code, killedBy) => {
      clearInterval(watch);
      signal.removeEventListener('abort', stop);
      resolve(endOf(code, killedBy));
    });
  });
}
