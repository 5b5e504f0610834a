import {
  QueueError,
  type SweepQueue,
  type SweepStore,
  type SweepTerms,
  sweepQueue,
  sweepStore,
} from '@cloze/sweeps/node';
import { printable, sayPrintable as say } from 'cloze/terminal';
import type { Command } from 'commander';
import type { RunSpec } from '../runs/run-spec.ts';
import { isShared, isSpec, type Shared } from '../sweeps/sweep-terms.ts';
import { openQueue, type QueueOptions, queueOptions } from './queue-options.ts';

interface ControlOptions extends QueueOptions {
  readonly json: boolean;
}

/** Opens a sweep that is there, does something with it, and leaves. @throws {QueueError} where there is none */
async function withSweep(
  options: ControlOptions,
  act: (sweep: {
    readonly queue: SweepQueue<RunSpec>;
    readonly store: SweepStore<Shared>;
    readonly terms: SweepTerms<Shared>;
    readonly where: string;
  }) => Promise<object>,
): Promise<void> {
  const { client, address } = await openQueue(options, say);
  const where = `sweep '${options.name}' at ${address.shown}`;
  const [queue, store] = [sweepQueue(client, options.name, isSpec), sweepStore(client, options.name, isShared)];
  try {
    const terms = await store.terms();
    if (!terms) throw new QueueError(`there is no ${where}.`);
    const told = await act({ queue, store, terms, where });
    if (options.json) process.stdout.write(`${JSON.stringify(told)}\n`);
  } finally {
    await queue.close();
    client.disconnect();
  }
}

/** How a sweep stands: runs that wait, are worked on, have come and have failed; workers. */
const statusCommand = (options: ControlOptions): Promise<void> =>
  withSweep(options, async ({ queue, store, terms, where }) => {
    const [counts, failed, workers] = [await queue.counts(), await queue.failed(), await queue.workers()];
    const arrived = (await store.arrived(100_000)).length;
    if (!options.json) {
      const state = terms.cancelled ? 'cancelled' : `${workers} workers`;
      process.stdout.write(
        `${where}: ${state}, ${counts.waiting} runs wait, ${counts.active} are worked on, ${arrived} records to be fetched, ${counts.failed} failed\n`,
      );
      for (const { run, spec, reason } of failed.slice(0, 20)) {
        const name = spec ? `${spec.recipe}/${spec.arm}-${spec.seed}` : run;
        process.stdout.write(printable(`  ${name}: ${reason}\n`));
      }
      if (failed.length > 20) process.stdout.write(`  and ${failed.length - 20} more\n`);
    }
    const reasons = failed.map(({ run, reason }) => ({ run, reason }));
    return { ...counts, arrived, workers, cancelled: terms.cancelled, reasons };
  });

/** Ends a sweep: its workers stop its runs and throw them away; records that were fetched stay. */
const cancelCommand = (options: ControlOptions): Promise<void> =>
  withSweep(options, async ({ queue, store, terms, where }) => {
    const { waiting, active } = await queue.counts();
    await store.cancel(terms);
    await queue.clear();
    say(`${where} is cancelled: ${waiting} runs waited, ${active} are stopped.`);
    return { waiting, active };
  });

/** Tries runs again that failed. */
const retryCommand = (options: ControlOptions): Promise<void> =>
  withSweep(options, async ({ queue, where }) => {
    const retried = await queue.retry();
    say(`${where}: ${retried} runs that failed wait again.`);
    return { retried };
  });

/** Declares `bench sweep status`, `cancel` and `retry`. */
export function addSweepControls(sweep: Command): void {
  for (const [name, about, action] of [
    ['status', 'how a sweep on a queue stands, and why runs failed', statusCommand],
    ['cancel', 'end a sweep on a queue: what waits is forgotten, what runs is stopped', cancelCommand],
    ['retry', 'put runs of a sweep back that failed', retryCommand],
  ] as const)
    queueOptions(sweep.command(name).description(about))
      .option('--json', 'one JSON object on stdout', false)
      .addHelpText('after', `\nExample: pnpm bench sweep ${name} --queue redis://first:6379`)
      .action(action);
}
