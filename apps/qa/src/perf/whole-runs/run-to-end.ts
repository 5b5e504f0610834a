import { spawn } from 'node:child_process';

/** What a whole run took, and the figures it said in its last line. */
export interface WholeRun {
  readonly seconds: number;
  readonly peakMegabytes: number;
  readonly [figure: string]: number;
}

/** Runs a program to its end. @throws with its last words when it fails */
export async function runToEnd(command: string, args: readonly (string | number)[]): Promise<WholeRun> {
  const started = performance.now();
  const child = spawn(command, args.map(String), { stdio: ['ignore', 'pipe', 'pipe'] });
  let [said, complaint] = ['', ''];
  child.stdout.on('data', (text) => {
    said += text;
  });
  child.stderr.on('data', (text) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`${command}: ${complaint.trim().split('\n').at(-1) || `exit code ${code}`}`);
  return { ...JSON.parse(said.trim().split('\n').at(-1) ?? '{}'), seconds };
}
