import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Side } from './row.ts';

/**
 * A side in a process of its own, which waits between units.
 *
 * It says `ready NAME`, then answers each empty line with milliseconds, and `memory` with its peak in MB (`tooling/peers/side.py`).
 *
 * @throws with its last words when it stops
 */
export async function processSide(command: string, args: readonly string[]): Promise<Side> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  child.on('error', (error) => {
    complaint = error.message;
  });
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ${args[0]} stopped: ${complaint.trim().split('\n').at(-1) || 'no word why'}`);
    return value;
  };
  const ask = async (question: string) => {
    child.stdin.write(`${question}\n`);
    return Number(await next());
  };
  return {
    name: (await next()).replace('ready ', ''),
    step: () => ask(''),
    peakMegabytes: () => ask('memory'),
    stop: () => child.stdin.end(),
  };
}
