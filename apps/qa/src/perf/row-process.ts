import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { PerfResult } from './run-row.ts';

/** Why a row could not be measured. */
export interface RowFailure {
  readonly row: string;
  readonly error: string;
}

/**
 * Measures a row in a process of its own, `qa perf --row`, and yields its lines: memory and threads of one row do not touch another.
 *
 * A row that fails is one line with its last words.
 */
export async function* rowProcess(row: string, args: readonly string[]): AsyncGenerator<PerfResult | RowFailure> {
  const child = spawn(
    process.execPath,
    [...process.execArgv, process.argv[1] as string, 'perf', '--row', row, '--json', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  const ended = new Promise<number>((resolve) => {
    child.on('error', (error) => {
      complaint = error.message;
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as PerfResult;
  if ((await ended) !== 0) yield { row, error: complaint.trim().split('\n').at(-1) ?? '' };
}
