import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PerfContext, Side } from './row.ts';

/**
 * A side that a script of `tooling/peers` runs in a Python process, which waits between units.
 *
 * The script says `ready NAME`, then answers each empty line with milliseconds, and `memory` with its peak in MB.
 *
 * @throws with the script's last words when it stops
 */
export async function pythonSide(
  { python }: PerfContext,
  script: string,
  ...args: readonly (string | number)[]
): Promise<Side> {
  if (python === undefined) throw new Error(`${script} needs an interpreter with torch and transformers: --python.`);
  const path = fileURLToPath(new URL(`../../../../tooling/peers/${script}`, import.meta.url));
  const child = spawn(python, [path, ...args.map(String)], { stdio: ['pipe', 'pipe', 'pipe'] });
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
    if (done) throw new Error(`${script} stopped: ${complaint.trim().split('\n').at(-1) || 'without a word'}`);
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
