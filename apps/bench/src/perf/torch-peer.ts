import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Work } from './training-step.ts';

/** The same work in PyTorch, in a process that waits between steps. @param python an interpreter with torch and transformers @throws with its last words when it does not start */
export async function torchPeer(
  python: string,
  { layers, width, batch, length, dropout }: Work,
): Promise<{ step: () => Promise<number>; version: string; stop: () => void }> {
  const script = fileURLToPath(new URL('../../../../tooling/peers/torch_step.py', import.meta.url));
  const child = spawn(python, [script, ...[layers, width, batch, length, dropout].map(String)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  child.on('error', (error) => {
    complaint = error.message;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done)
      throw new Error(
        `${python} stopped: ${complaint.trim().split('\n').at(-1)}; give an interpreter with torch and transformers by --python.`,
      );
    return value;
  };
  const version = (await next()).replace('ready ', '');
  return {
    version,
    step: async () => {
      child.stdin.write('\n');
      return Number(await next());
    },
    stop: () => child.stdin.end(),
  };
}
