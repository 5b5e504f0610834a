import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whole } from 'cloze/terminal';
import type { Command } from 'commander';
import { queueLoad } from '../sweeps/queue-load.ts';

/** Options of `qa queue`. */
export interface QueueLoadOptions {
  readonly workers: number;
  readonly runs: number;
  readonly processes: number;
  readonly record: number;
  readonly json: boolean;
}

/** Measures what many workers and runs do to a real Redis. */
export async function queueLoadCommand({ workers, runs, processes, record, json }: QueueLoadOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-load-'));
  try {
    const told = await queueLoad({ folder, workers, runs, processes, recordBytes: record });
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    process.stdout.write(
      json
        ? `${JSON.stringify({ ...told, recordBytes: record })}\n`
        : `${runs} runs put in at ${told.addedPerSecond.toFixed(0)} a second, ${megabytes(told.bytesWaiting)} while they wait; ${workers} workers (${told.connections} connections) took, sent back (${record} bytes) and ended ${told.donePerSecond.toFixed(0)} a second; ` +
            `the server took ${told.serverMillisecondsPerRun.toFixed(2)} ms a run, ${(100 * told.serverCore).toFixed(0)} % of a core, ${megabytes(told.peakBytes)} at most, its log ${megabytes(told.logBytes)}.\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Declares `qa queue`. */
export function addQueueLoad(program: Command): void {
  program
    .command('queue')
    .description('what so many workers and runs do to the Redis of a sweep: a real one, the runs without work')
    .option('--workers <number>', 'each with connections of its own', whole(1, 10_000), 1000)
    .option('--runs <number>', 'in the queue at once', whole(1, 2_000_000), 100_000)
    .option('--processes <number>', 'that the workers are spread over', whole(1, 64), 4)
    .option('--record <bytes>', 'of each record that comes back', whole(1, 1 << 20), 20_000)
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: pnpm qa queue --workers 1000 --runs 100000')
    .action(queueLoadCommand);
}
