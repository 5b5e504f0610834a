import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A program beside ours that says `ready NAME`, then answers each line with a number. */
export interface PeerProcess {
  /** What it said of itself. */
  readonly name: string;
  /** Writes a line and waits for its answer. @throws with the program's last words when it stopped */
  readonly ask: (line: string) => Promise<number>;
  readonly stop: () => void;
}

/**
 * Starts a program and waits until it is ready.
 *
 * @param options.input bytes it reads before it is ready @param options.advice what to do when it does not start
 * @throws with its last words when it stops
 */
export async function peerProcess(
  command: string,
  args: readonly string[],
  { input = [], advice }: { readonly input?: Iterable<Uint8Array>; readonly advice?: string } = {},
): Promise<PeerProcess> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  child.on('error', (error) => {
    complaint = error.message;
  });
  child.stdin.on('error', () => {});
  for (const bytes of input) child.stdin.write(bytes);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (!done) return value;
    const words = complaint.trim().split('\n').at(-1) || 'no word why';
    throw new Error(`${command} stopped: ${words}${advice ? `; ${advice}` : ''}`);
  };
  return {
    name: (await next()).replace('ready ', ''),
    ask: async (line) => {
      child.stdin.write(`${line}\n`);
      return Number(await next());
    },
    stop: () => child.stdin.end(),
  };
}
