import { spawn } from 'node:child_process';
import type { Sign } from './victim.ts';

/** When a life is ended: so many ms after its process began or its training did, or so many ms into its n-th save; or never. */
export type Fate =
  | { readonly kind: 'never' }
  | {
      readonly kind: 'anywhere';
      readonly from: 'start' | 'training';
      readonly after: number;
      readonly signal: NodeJS.Signals;
    }
  | { readonly kind: 'in a save'; readonly save: number; readonly after: number };

/** What a life left behind. */
export interface Life {
  readonly signs: readonly Sign[];
  readonly killed: boolean;
  /** Killed between the first and the last operation of a save. */
  readonly insideSave: boolean;
  readonly exitCode: number | null;
  readonly stderr: string;
  /** From the first step's preparation to the end. */
  readonly trainingMilliseconds: number;
  readonly startMilliseconds: number;
}

/** Runs `torture --victim` of a program (Node's options and a script) in a child and ends it as fated. */
export function live(taskPath: string, fate: Fate, program: readonly string[]): Promise<Life> {
  const started = performance.now();
  const child = spawn(process.execPath, [...program, 'torture', '--victim', taskPath], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const signs: Sign[] = [];
  let [rest, stderr, saves] = ['', '', 0];
  let timer: NodeJS.Timeout | undefined;
  const end = (signal: NodeJS.Signals) => child.kill(signal);
  let began = started;
  if (fate.kind === 'anywhere' && fate.from === 'start') timer = setTimeout(() => end(fate.signal), fate.after);
  child.stderr.on('data', (chunk) => (stderr += chunk));
  child.stdout.on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      const sign = JSON.parse(line) as Sign;
      signs.push(sign);
      if (sign.kind === 'begin') {
        began = performance.now();
        if (fate.kind === 'anywhere' && fate.from === 'training')
          timer = setTimeout(() => end(fate.signal), fate.after);
      }
      if (fate.kind !== 'in a save' || sign.kind !== 'saving' || ++saves !== fate.save) continue;
      if (fate.after < 1) end('SIGKILL');
      else timer = setTimeout(() => end('SIGKILL'), fate.after);
    }
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer);
      const killed = signal === 'SIGKILL';
      const saving = signs.findLast(({ kind }) => kind === 'saving' || kind === 'saved');
      resolve({
        signs,
        killed,
        insideSave: killed && saving?.kind === 'saving',
        exitCode,
        stderr,
        startMilliseconds: began - started,
        trainingMilliseconds: performance.now() - began,
      });
    });
  });
}
