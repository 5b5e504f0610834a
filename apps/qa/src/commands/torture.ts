import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EngineName, engineNames, selectEngine, thisMachine } from '@cloze/backend';
import { streamFrom } from '@cloze/random';
import { progress, whole } from 'cloze/terminal';
import { type Command, Option } from 'commander';
import { reproduce, reproductionNames } from '../torture/reproductions.ts';
import { makeTask } from '../torture/task.ts';
import { torture } from '../torture/torture.ts';
import { victim } from '../torture/victim.ts';
import { addTortureSweep } from './torture-sweep.ts';

/** Options of the torture. */
export interface TortureOptions {
  readonly kills: number;
  readonly steps: number;
  readonly seed: number;
  readonly engine?: EngineName | undefined;
  readonly json: boolean;
  /** Does one of the faults of before again, instead of killing. */
  readonly reproduce?: string | undefined;
  /** Set in the child: the task to run. */
  readonly victim?: string | undefined;
}

/** Kills a small pretraining run again and again; exit code 1 unless every run ends bit-equal to one left in peace. */
export async function tortureCommand(options: TortureOptions): Promise<void> {
  if (options.victim !== undefined) return victim(options.victim);
  if (options.reproduce !== undefined) {
    process.exitCode = reproduce(options.reproduce, ({ name, passed, failed, skipped }) => {
      const verdict = failed > 0 ? 'FAILED' : skipped > 0 || passed === 0 ? 'NOT RUN' : 'passed';
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ name, passed, failed, skipped })}\n`
          : `${verdict.padEnd(8)} ${name}: ${passed} of ${passed + failed + skipped} tests\n`,
      );
    });
    return;
  }
  const { kills, steps, seed, json } = options;
  const surroundings = thisMachine();
  const { engine } = await selectEngine({ surroundings, name: options.engine });
  const name = engine.name;
  const version = engine.version;
  engine.dispose();
  const folder = mkdtempSync(join(tmpdir(), 'cloze-torture-'));
  const started = performance.now();
  const result = await torture({
    task: makeTask({ engine: name, seed, steps }),
    folder,
    kills,
    random: streamFrom(seed).fork('kills'),
    program: [...process.execArgv, process.argv[1] as string],
    watch: progress('torture', kills),
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  const sound = result.problems.length === 0 && result.lossesDiffering === 0 && result.bitEqualRuns === result.runs;
  if (sound) rmSync(folder, { recursive: true, force: true });
  else process.exitCode = 1;
  const { problems, ...figures } = result;
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...figures, problems, engine: `${name} ${version}`, seed, steps, seconds })}\n`
      : `${result.kills} kills (${result.killsInsideSave} inside a save) and ${result.stops} signals to stop, ${result.resumes} resumes: ` +
          `${result.bitEqualRuns} of ${result.runs} runs of ${steps} steps ended bit-equal; ${result.lossesDiffering} of ${result.lossesCompared} losses differed. ` +
          `${name} ${version}, seed ${seed}, ${seconds} s.\n`,
  );
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (!sound) process.stderr.write(`kept for a look: ${folder}\n`);
}

/** Declares `qa torture`. */
export function addTorture(program: Command): void {
  const command = program
    .command('torture')
    .enablePositionalOptions()
    .description(
      'kill a small pretraining run at random instants, a third inside a save; every resume must end bit-equal',
    )
    .option('--kills <number>', 'SIGKILLs in all', whole(1), 300)
    .option('--steps <number>', 'steps of the run that is killed', whole(4), 60)
    .option('--seed <number>', 'instants, weights, order and masks follow from it', whole(0), 1)
    .addOption(new Option('--engine <name>', 'default: the best that works').choices(engineNames))
    .option('--json', 'one JSON object on stdout', false)
    .addOption(
      new Option('--reproduce <name>', 'do again what went wrong silently once, from the sources').choices(
        reproductionNames,
      ),
    )
    .addOption(new Option('--victim <task>', 'the child that is killed').hideHelp())
    .addHelpText('after', '\nExample: pnpm qa torture --kills 300 --json')
    .action(tortureCommand);
  addTortureSweep(command);
}
