import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** The bench of this checkout, as Node's words: from sources where qa runs from them, built where it is built. */
export function benchProgram(): readonly string[] {
  // apps/qa/src/cli.ts or apps/qa/dist/cli.js.
  const own = process.argv[1] as string;
  const folder = own.endsWith('.ts') ? 'src' : 'dist';
  const file = join(own, '..', '..', '..', 'bench', folder, own.endsWith('.ts') ? 'cli.ts' : 'cli.js');
  return [process.execPath, ...process.execArgv, file];
}

/** A line that a command said of a run, when it came. */
export interface Told {
  readonly run?: string;
  readonly kind: string;
  readonly as?: string;
  readonly seconds?: number;
  readonly besides?: number;
  readonly at: number;
}

/** A command of the bench that runs. */
export interface BenchProcess {
  readonly told: readonly Told[];
  said(): string;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<number | NodeJS.Signals>;
  isRunning(): boolean;
}

/** Starts a command of the bench with `--json`, and listens. @param before a program that starts it, such as `ip netns exec NAME` */
export function startBench(
  words: readonly string[],
  {
    before = [],
    env = {},
  }: { readonly before?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): BenchProcess {
  const [command = '', ...line] = [...before, ...benchProgram(), ...words, '--json'];
  const child: ChildProcess = spawn(command, line, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const told: Told[] = [];
  let [rest, said] = ['', ''];
  child.stderr?.on('data', (chunk) => (said += chunk));
  child.stdout?.on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) told.push({ ...JSON.parse(text), at: performance.now() / 1000 });
  });
  let running = true;
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running = false;
      resolve(signal ?? code ?? 1);
    });
  });
  return { told, said: () => said, signal: (name) => child.kill(name), ended, isRunning: () => running };
}
