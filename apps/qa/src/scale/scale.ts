import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Work } from '../perf/work.ts';
import type { ReplicaMeasure, ReplicaTimes } from './replica.ts';

/** One number of replicas, measured. */
export interface ScaleRow {
  readonly replicas: number;
  readonly threads: number;
  readonly ours: ReplicaTimes;
  /** Time of one process with all cores over this: 1 where cutting a batch costs nothing. */
  readonly efficiency: number;
  readonly torch?: Pick<ReplicaTimes, 'step'> & { readonly efficiency: number };
}

/** How a measurement is started. */
export interface ScaleOptions {
  readonly work: Work;
  readonly steps: number;
  readonly processes: readonly number[];
  /** Interpreter with torch; without it PyTorch's side is left out. */
  readonly python?: string | undefined;
  /** Times that all numbers are measured, in turn; the least of each stands. */
  readonly rounds: number;
  readonly exchange: ReplicaMeasure['exchange'];
  readonly microbatches: number;
}

/** Runs a program under mpirun, or alone for one process. @throws with its last words when it fails */
function lastJson<T>(processes: number, program: readonly string[]): T {
  const [command = '', ...args] =
    processes === 1 ? program : ['mpirun', '--oversubscribe', '--bind-to', 'none', '-np', `${processes}`, ...program];
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' },
  });
  const line = stdout
    .split('\n')
    .filter((text) => text.startsWith('{'))
    .at(-1);
  if (status !== 0 || !line) throw new Error(`${command} ended with ${status}: ${stderr.slice(-1000)}`);
  return JSON.parse(line);
}

/** Measures steps of one batch by some replicas of this machine. */
export function timesOf(
  count: number,
  { layers, width, batch, length }: Work,
  { steps, threads, exchange, microbatches }: ReplicaMeasure,
): ReplicaTimes {
  const ownProgram = [process.execPath, ...process.execArgv, process.argv[1] as string, 'scale'];
  const asked = [layers, width, batch, length, steps, threads, exchange, microbatches].join(',');
  return lastJson<ReplicaTimes>(count, [...ownProgram, '--replica', asked]);
}

/** Measures steps of one batch cut among more and more processes of this machine, whose cores are split evenly among them. */
export function scale({ work, steps, processes, python, rounds, exchange, microbatches }: ScaleOptions): ScaleRow[] {
  const { layers, width, batch, length } = work;
  const sizes = [layers, width, batch, length].map(String);
  const best = new Map<number, { ours: ReplicaTimes; torch?: Pick<ReplicaTimes, 'step'> }>();
  const threadsOf = (count: number) => Math.max(1, Math.floor(availableParallelism() / count));
  for (let round = 0; round < rounds; round++)
    for (const count of processes) {
      const threads = threadsOf(count);
      const ours = timesOf(count, work, { steps, threads, exchange, microbatches });
      const torch = python
        ? lastJson<Pick<ReplicaTimes, 'step'>>(count, [
            python,
            'tooling/peers/torch_scale.py',
            ...sizes,
            `${steps}`,
            `${threads}`,
          ])
        : undefined;
      const before = best.get(count);
      const better = <T extends Pick<ReplicaTimes, 'step'>>(a: T | undefined, b: T): T =>
        a && a.step[0] < b.step[0] ? a : b;
      best.set(count, { ours: better(before?.ours, ours), ...(torch && { torch: better(before?.torch, torch) }) });
    }
  const first = best.get(processes[0] as number);
  return [...best].map(([replicas, { ours, torch }]) => ({
    replicas,
    threads: threadsOf(replicas),
    ours,
    efficiency: (first?.ours.step[0] ?? Number.NaN) / ours.step[0],
    ...(torch && first?.torch && { torch: { ...torch, efficiency: first.torch.step[0] / torch.step[0] } }),
  }));
}
