import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { work } from '@cloze/sweeps/node';
import { exitCodeOf, mostThreads, sayPrintable as say, stopSignals, whole } from 'cloze/terminal';
import type { Command } from 'commander';
import { runInOwnProcess } from '../runs/run-in-own-process.ts';
import { isFinished } from '../runs/run-record.ts';
import { memoryLimit } from '../sweeps/sweep-here.ts';
import { cannotWork, isShared, isSpec } from '../sweeps/sweep-terms.ts';
import { openQueue, type QueueOptions, queueOptions } from './queue-options.ts';

/** Options of `bench worker`. */
export interface WorkerOptions extends QueueOptions {
  readonly data?: string;
  readonly encoder?: string;
  readonly jobs: number;
  readonly threads: number;
  readonly memory?: number;
  readonly work: string;
  readonly untilDone: boolean;
  readonly json: boolean;
}

/** Takes runs of a sweep until it is stopped. Exit code 1 where this machine cannot do them as others do, or its disk is full. */
export async function workerCommand(options: WorkerOptions): Promise<void> {
  const { data, encoder, jobs, threads, name, untilDone, json } = options;
  const memory = memoryLimit(options.memory, jobs);
  const folder = resolve(options.work);
  mkdirSync(folder, { recursive: true });
  const signal = stopSignals(say);
  const { client, address } = await openQueue(options, say);
  try {
    const inputs = { data: data && resolve(data), encoder };
    await work({
      ...{ client, name, shown: address.shown, jobs, folder, untilDone, signal, say, isSpec, isShared, isFinished },
      cannotWork: (shared) => cannotWork(shared, inputs),
      run: runInOwnProcess({ ...inputs, threads }, memory),
      watch: ({ spec, end, seconds, besides }) => {
        const run = `${spec.recipe}/${spec.arm}-${spec.seed}`;
        if (json) process.stdout.write(`${JSON.stringify({ run, ...end, seconds, besides })}\n`);
        if (end.kind === 'begun') return;
        const reason = end.kind === 'failed' ? `: ${end.reason}` : '';
        say(`${run} ${end.kind} after ${seconds.toFixed(1)} s${reason}`);
      },
    });
  } finally {
    client.disconnect();
  }
}

/** Declares `bench worker`. */
export function addWorker(program: Command): void {
  const worker = program
    .command('worker')
    .description('take runs of a sweep from a queue, here or on any machine, and send their records back')
    .option('--data <folder>', 'the data folder, with the same files as where the sweep was begun')
    .option('--encoder <folder>', 'the encoder that runs begin from, the same')
    .option('--jobs <number>', 'runs side by side', whole(1, 1024), Math.max(1, Math.floor(availableParallelism() / 2)))
    .option('--threads <number>', 'cores a run', whole(1, mostThreads), 2)
    .option('--memory <MiB>', 'what a run may hold; one that holds more is killed', whole(1))
    .option('--work <folder>', 'where runs lie until they are sent', 'worker-runs')
    .option('--until-done', 'leave when nothing is left to do', false)
    .option('--json', 'one JSON object a run on stdout, as it begins and ends', false)
    .addHelpText('after', '\nExample: pnpm bench worker --queue redis://first:6379 --data DIR --jobs 2 --threads 4')
    .action(async (options: WorkerOptions) => {
      try {
        await workerCommand(options);
      } catch (error) {
        process.exitCode = exitCodeOf('bench', error);
      }
      // BullMQ's connection to a server that is gone may never end: a worker that has given back what it had leaves all the same.
      process.stdout.write('', () => process.exit());
    });
  queueOptions(worker);
}
