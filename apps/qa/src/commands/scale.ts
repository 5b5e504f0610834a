import { whole } from 'cloze/terminal';
import { type Command, Option } from 'commander';
import { peerEnvironment } from '../perf/peer-environment.ts';
import { sizeName } from '../perf/work.ts';
import { paper } from '../scale/paper.ts';
import { type ReplicaMeasure, scaleReplica } from '../scale/replica.ts';
import { scale, timesOf } from '../scale/scale.ts';

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
  readonly exchange: ReplicaMeasure['exchange'];
  readonly microbatches: number;
  readonly paper: boolean;
  /** Cores of a machine on paper. */
  readonly cores: number;
  readonly json: boolean;
  /** Set in the processes that are measured: layers, width, batch, length, steps, threads, exchange, microbatches. */
  readonly replica?: string;
}

/** Models of which a cluster's steps are put together, with rows that are measured of each. */
const onPaper = [
  { work: { layers: 4, width: 256, length: 128 }, rows: [8, 32] },
  { work: { layers: 8, width: 512, length: 128 }, rows: [4, 16] },
  { work: { layers: 12, width: 768, length: 128 }, rows: [2, 6] },
] as const;

/** Measures three models here and tells what a batch of theirs costs on 2 to 64 machines, on paper. */
function tellPaper({ batch, cores, steps, exchange, json }: ScaleCommandOptions): void {
  const measure = { steps, threads: 1, exchange, microbatches: 1 };
  const rows = paper(onPaper, (work) => timesOf(2, work, measure), { rows: batch, faster: cores });
  const seconds = (value: number) => (value < 0.1 ? `${(1000 * value).toFixed(1)} ms` : `${value.toFixed(2)} s`);
  for (const row of rows) {
    if (json) {
      process.stdout.write(`${JSON.stringify(row)}\n`);
      continue;
    }
    const { work, parameters, secondsPerRow, secondsPerStep, secondsPerByte, bits, pays } = row;
    process.stdout.write(
      `${work}, ${(parameters / 1e6).toFixed(1)} million parameters, ${bits / 1e9} Gb/s; measured on a core: ${seconds(secondsPerRow)} a row, ${seconds(secondsPerStep)} a step, ${(1e9 * secondsPerByte).toFixed(2)} ns a byte summed\n`,
    );
    for (const { machines, compute, exchange: over, step, efficiency } of row.steps)
      process.stdout.write(
        `  ${machines} machines: ${seconds(step)} = ${seconds(compute)} + ${seconds(over)}, efficiency ${efficiency.toFixed(2)}\n`,
      );
    process.stdout.write(`  half a machine's worth each: up to ${pays ?? 'none of these'}\n`);
  }
}

/** Measures steps of one batch by more and more processes of this machine, beside PyTorch's gloo. */
export async function scaleCommand(options: ScaleCommandOptions): Promise<void> {
  const { processes, layers, width, batch, length, steps, rounds, torch, json, replica } = options;
  const { exchange, microbatches } = options;
  if (replica !== undefined) {
    const [l = 0, w = 0, b = 0, s = 0, count = 0, threads = 0, , parts = 1] = replica.split(',').map(Number);
    const kind = replica.includes('bfloat16') ? 'bfloat16' : 'float32';
    const measure = { steps: count, threads, exchange: kind, microbatches: parts } as const;
    return scaleReplica({ layers: l, width: w, batch: b, length: s }, measure);
  }
  if (options.paper) return tellPaper(options);
  const work = { layers, width, batch, length };
  const rows = scale({
    work,
    steps,
    processes,
    rounds,
    exchange,
    microbatches,
    python: torch ? peerEnvironment() : undefined,
  });
  if (json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify({ work: sizeName(work), ...row })}\n`);
    return;
  }
  const lines = rows.map(({ replicas, threads, ours, efficiency, torch: peer }) => {
    const exchange =
      replicas === 1 ? '' : `, ${ours.exchange[0].toFixed(0)} ms of it exchange of ${ours.megabytes.toFixed(1)} MB`;
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
    .addOption(
      new Option('--exchange <type>', 'how gradients travel').choices(['float32', 'bfloat16']).default('float32'),
    )
    .option('--microbatches <number>', "parts of each process's rows, gathered before the exchange", whole(1, 64), 1)
    .option('--paper', 'what three models would cost on 2 to 64 machines, from steps measured here', false)
    .option('--cores <number>', 'with --paper: cores of a machine, such as those here', whole(1, 1024), 16)
    .option('--no-torch', "leave PyTorch's side out")
    .option('--json', 'one JSON object a number of processes', false)
    .addOption(new Option('--replica <sizes>', 'one of the processes that are measured').hideHelp())
    .addHelpText('after', '\nExample: pnpm qa scale --processes 1,2')
    .action(scaleCommand);
}
