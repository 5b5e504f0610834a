import { whole } from 'cloze/terminal';
import type { Command } from 'commander';
import { peerEnvironment } from '../perf/peer-environment.ts';
import { sizeName } from '../perf/work.ts';
import { scaleReplica } from '../scale/replica.ts';
import { scale } from '../scale/scale.ts';

/** Options of `qa scale`. */
export interface ScaleCommandOptions {
  readonly processes: readonly number[];
  readonly layers: number;
  readonly width: number;
  readonly batch: number;
  readonly length: number;
  readonly steps: number;
  readonly rounds: number;
  readonly torch: boolean;
  readonly json: boolean;
  /** Set in the processes that are measured: layers, width, batch, length, steps, threads. */
  readonly replica?: string;
}

/** Measures steps of one batch by more and more processes of this machine, beside PyTorch's gloo. */
export async function scaleCommand(options: ScaleCommandOptions): Promise<void> {
  const { processes, layers, width, batch, length, steps, rounds, torch, json, replica } = options;
  if (replica !== undefined) {
    const [l = 0, w = 0, b = 0, s = 0, count = 0, threads = 0] = replica.split(',').map(Number);
    return scaleReplica({ layers: l, width: w, batch: b, length: s }, count, threads);
  }
  const work = { layers, width, batch, length };
  const rows = scale({ work, steps, processes, rounds, python: torch ? peerEnvironment() : undefined });
  if (json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify({ work: sizeName(work), ...row })}\n`);
    return;
  }
  const lines = rows.map(({ replicas, threads, ours, efficiency, torch: peer }) => {
    const exchange =
      replicas === 1 ? '' : `, ${ours.exchange[0].toFixed(0)} ms of it exchange of ${ours.megabytes.toFixed(0)} MB`;
    const gloo = peer ? `; gloo ${peer.step[0].toFixed(0)} ms, ${peer.efficiency.toFixed(2)}` : '';
    return `${replicas} × ${threads} threads: ${ours.step[0].toFixed(0)} ms a step${exchange}, efficiency ${efficiency.toFixed(2)}${gloo}`;
  });
  process.stdout.write(`${sizeName(work)}, least of ${steps} steps and ${rounds} rounds\n${lines.join('\n')}\n`);
}

/** Declares `qa scale`. */
export function addScale(program: Command): void {
  program
    .command('scale')
    .description('steps of one batch by several processes of this machine under mpirun, beside PyTorch with gloo')
    .option(
      '--processes <list>',
      'how many, with commas between',
      (text) => text.split(',').map(whole(1, 64)),
      [1, 2, 4],
    )
    .option('--layers <number>', 'of the encoder', whole(1), 2)
    .option('--width <number>', 'features of each position', whole(64), 128)
    .option('--batch <number>', 'rows of the whole batch', whole(1), 256)
    .option('--length <number>', 'tokens a row', whole(8), 64)
    .option('--steps <number>', 'timed in each process', whole(1), 10)
    .option('--rounds <number>', 'times that all are measured, in turn', whole(1), 2)
    .option('--no-torch', "leave PyTorch's side out")
    .option('--json', 'one JSON object a number of processes', false)
    .option('--replica <sizes>', 'one of the processes: layers, width, batch, length, steps, threads')
    .addHelpText('after', '\nExample: pnpm qa scale --processes 1,2')
    .action(scaleCommand);
}
