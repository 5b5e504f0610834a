import { resolve } from 'node:path';
import { folderQueue, scheduleRuns } from '@cloze/sweeps/node';
import { sayPrintable as say, stopSignals } from 'cloze/terminal';
import type { Command } from 'commander';
import { recipeOf } from '../recipes/all-recipes.ts';
import { parseAssignment } from '../recipes/settings.ts';
import { encoderOf } from '../runs/encoder-of.ts';
import { runInOwnProcess } from '../runs/run-in-own-process.ts';
import { isFinished } from '../runs/run-record.ts';
import { planRuns, runFolder } from '../runs/run-spec.ts';
import { checkInputs } from './check-inputs.ts';
import { type PlanOptions, planOptions } from './plan-options.ts';

/** Runs a recipe: all arms, several seeds; what is done is skipped. Exit code 1 when a run failed, or was left because it could not be taken. */
export async function runCommand(name: string, options: PlanOptions): Promise<void> {
  const { data, size, seeds, firstSeed, encoder, set, arm, out, jobs, threads, dryRun, json } = options;
  const recipe = recipeOf(name);
  checkInputs(recipe, { data, size, encoder }, say);
  const specs = planRuns(recipe, {
    size,
    seeds: Array.from({ length: seeds }, (_, i) => firstSeed + i),
    changes: Object.fromEntries(set.map(parseAssignment)),
    arms: arm.length > 0 ? arm : undefined,
    ...(encoder !== undefined && { encoder: encoderOf(encoder) }),
    data: data === undefined ? 'poems' : 'folder',
  });
  const runs = specs.map((spec) => ({ spec, folder: runFolder(out, spec) }));
  const open = runs.filter((run) => !isFinished(run));
  say(
    `${name}, size ${size}: ${specs.length} runs, ${specs.length - open.length} done; about ${((open.length * recipe.minutes[size]) / jobs).toFixed(1)} minutes with ${jobs} at once`,
  );
  if (dryRun) {
    for (const { spec, folder } of open) process.stdout.write(`${json ? JSON.stringify(spec) : folder}\n`);
    return;
  }
  const signal = stopSignals(say);
  let done = specs.length - open.length;
  const outcome = await scheduleRuns(folderQueue(runs, { isFinished }), {
    jobs,
    signal,
    run: runInOwnProcess({ data: data && resolve(data), encoder, threads }),
    watch: ({ folder, spec }, end, seconds) => {
      if (end.kind === 'begun') return;
      if (end.kind === 'finished') done++;
      const reason = end.kind === 'failed' ? `: ${end.reason}` : '';
      say(`[${done}/${specs.length}] ${spec.arm}-${spec.seed} ${end.kind} ${seconds.toFixed(1)} s${reason}`);
      if (json) process.stdout.write(`${JSON.stringify({ run: folder, ...end, seconds })}\n`);
    },
  });
  if (outcome.failed.length > 0)
    say(`${outcome.failed.length} runs failed; log.txt in each folder says more. The same command tries them again.`);
  for (const { folder, reason } of outcome.refused) say(`${folder} was not begun: ${reason}`);
  if (outcome.interrupted) say('stopped; the same command goes on.');
  if (outcome.failed.length > 0 || outcome.refused.length > 0 || outcome.interrupted) process.exitCode = 1;
}

/** Declares `bench run`. */
export function addRun(program: Command): void {
  const run = program
    .command('run')
    .description(
      'run a recipe: every arm with several seeds, each run in a process of its own, what is done is skipped',
    )
    .argument('<recipe>', 'see bench list')
    .addHelpText('after', '\nExample: pnpm bench run r-drop --data DIR --seeds 5 --set train.steps=400')
    .action(runCommand);
  planOptions(run, ['--set <path=value>', 'change a setting; repeat for more']);
}
