import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { connectQueue } from '@cloze/sweeps/node';
import { sayPrintable as say, stopSignals, UsageError, whole } from 'cloze/terminal';
import type { Command } from 'commander';
import { recipeOf } from '../recipes/all-recipes.ts';
import { encoderOf } from '../runs/encoder-of.ts';
import { findRecords } from '../runs/find-records.ts';
import { isFinished } from '../runs/run-record.ts';
import { armsKept } from '../sweeps/hopeless-arms.ts';
import { planSweep } from '../sweeps/plan-sweep.ts';
import { longestFirst, measuredRuns, runCost } from '../sweeps/run-cost.ts';
import { settingGrid } from '../sweeps/setting-grid.ts';
import { sweepHere } from '../sweeps/sweep-here.ts';
import { sweepOnQueue } from '../sweeps/sweep-on-queue.ts';
import { sharedBy } from '../sweeps/sweep-terms.ts';
import { sweepTold } from '../sweeps/sweep-told.ts';
import { checkInputs } from './check-inputs.ts';
import { type PlanOptions, planOptions } from './plan-options.ts';
import { addressOf, type QueueOptions, queueOptions } from './queue-options.ts';
import { addSweepControls } from './sweep-controls.ts';

/** Options of `bench sweep`. */
export interface SweepOptions extends PlanOptions, QueueOptions {
  readonly memory?: number;
  readonly stopHopeless?: number;
  readonly heartbeat: number;
}

/** Plans a sweep, leaves out what is done, and does the rest here or on a queue's workers. Exit code 1 when a run failed or is missing. */
export async function sweepCommand(
  names: readonly string[],
  options: SweepOptions,
  command: Pick<Command, 'getOptionValueSource'>,
): Promise<void> {
  const { data, size, seeds, firstSeed, encoder, set, arm, out, jobs, threads, dryRun, json } = options;
  const recipes = [...new Set(names)].map(recipeOf);
  for (const recipe of recipes) checkInputs(recipe, { data, size, encoder }, say);
  const address = addressOf(options);
  const vain = (address ? ['jobs', 'threads', 'memory'] : ['heartbeat']).find(
    (name) => command.getOptionValueSource(name) === 'cli',
  );
  if (vain !== undefined)
    throw new UsageError(
      address
        ? `--${vain} is of the machine that runs: with a queue give it to bench worker.`
        : `--${vain} goes with --queue.`,
    );
  const runs = planSweep(recipes, {
    root: out,
    grid: settingGrid(set),
    size,
    seeds: Array.from({ length: seeds }, (_, i) => firstSeed + i),
    arms: arm.length > 0 ? arm : undefined,
    ...(encoder !== undefined && { encoder: encoderOf(encoder) }),
    data: data === undefined ? 'poems' : 'folder',
  });
  const notDone = runs.filter((run) => !isFinished(run));
  const judged = options.stopHopeless !== undefined && existsSync(out) ? findRecords(out).records : [];
  const kept = armsKept(out, options.stopHopeless, judged);
  const cost = runCost(measuredRuns(out), recipeOf);
  const open = longestFirst(
    notDone.filter((run) => !kept.isLeftOut(run)),
    cost,
    options.stopHopeless !== undefined,
  );
  const hours = open.reduce((sum, { spec }) => sum + cost(spec), 0) / 3600;
  say(
    `${recipes.map(({ name }) => name).join(', ')}, size ${size}: ${runs.length} runs, ${runs.length - notDone.length} done, ${open.length} to do; about ${hours.toFixed(2)} hours of one process`,
  );
  if (dryRun) {
    for (const { spec, folder } of open) process.stdout.write(`${json ? JSON.stringify(spec) : folder}\n`);
    return;
  }
  mkdirSync(out, { recursive: true });
  const told = sweepTold({ done: runs.length - open.length, open, cost, kept, json, say });
  const signal = stopSignals(say);
  if (address) {
    const client = await connectQueue(address, say);
    const { name, heartbeat } = options;
    const shared = await sharedBy(
      recipes.map((recipe) => recipe.name),
      { data, encoder },
    );
    const plan = { runs: open, root: out, heartbeat, shared };
    await sweepOnQueue({ client, name, shown: address.shown, ...plan, kept, told, signal, say }).finally(() =>
      client.disconnect(),
    );
  } else {
    const place = { data: data && resolve(data), encoder, threads };
    await sweepHere(open, { jobs, memory: options.memory, place, kept, told, signal, say });
  }
  if (told.hasFailed() || signal.aborted) process.exitCode = 1;
}

/** Declares `bench sweep` and what looks after one. */
export function addSweep(program: Command): void {
  const sweep = program
    .command('sweep')
    .description('many runs: recipes, settings and seeds, here or on the workers of a queue; what is done is skipped')
    .argument('<recipes...>', 'see bench list')
    .enablePositionalOptions()
    .option('--memory <MiB>', 'without a queue: what a run may hold; one that holds more is killed', whole(1))
    .option(
      '--stop-hopeless <seeds>',
      'leave the other seeds of an arm out that is worse than the baseline after so many (stopped-arms.json)',
      whole(3, 10_000),
    )
    .option(
      '--heartbeat <seconds>',
      'with a queue: after which the run of a silent worker goes to another',
      whole(1, 3600),
      30,
    )
    .addHelpText(
      'after',
      '\nExample: pnpm bench sweep drop-token r-drop --data DIR --seeds 5 --set tune.train.steps=200,400 --queue redis://first:6379',
    )
    .action(sweepCommand);
  planOptions(sweep, ['--set <path=a,b>', 'vary a setting; repeat for every combination of several']);
  queueOptions(sweep);
  addSweepControls(sweep);
}
