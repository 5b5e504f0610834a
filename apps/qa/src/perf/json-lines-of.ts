import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The JSON lines that a program says, one by one, to its end. @throws with its last words when it fails */
export async function* jsonLinesOf(command: string, args: readonly string[]): AsyncGenerator<unknown> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
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
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line);
  if ((await ended) !== 0) throw new Error(complaint.trim().split('\n').at(-1) || `${command} failed`);
}

/** How this command line is called again, in a process of its own. */
export const againWith = (args: readonly string[]): readonly [command: string, args: readonly string[]] => [
  process.execPath,
  [...process.execArgv, process.argv[1] as string, ...args],
];
