import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamFrom } from '@cloze/random';
import { progress, whole } from 'cloze/terminal';
import type { Command } from 'commander';
import { tortureSweep } from '../sweeps/torture-sweep.ts';

/** Options of `torture sweep`. */
export interface TortureSweepCommandOptions {
  readonly workers: number;
  readonly kills: number;
  readonly seeds: number;
  readonly seed: number;
  readonly json: boolean;
}

/** Kills the workers of a sweep, its server and its follower; exit code 1 unless every run is recorded once and as on one machine. */
export async function tortureSweepCommand({
  workers,
  kills,
  seeds,
  seed,
  json,
}: TortureSweepCommandOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cloze-sweep-'));
  const started = performance.now();
  const result = await tortureSweep({
    ...{ workers, kills, seeds, folder },
    random: streamFrom(seed).fork('sweep'),
    watch: progress('torture sweep', kills),
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  const { problems, ...figures } = result;
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...figures, problems, seed, seconds })}\n`
      : `${result.recorded} of ${result.runs} runs recorded, each once, ${result.identical} as on one machine; ${result.workers} workers, of them killed ${result.kills}, ` +
          `stopped ${result.stops}, frozen ${result.frozen}, cut off ${result.cuts}; server killed ${result.serverKills}, follower ${result.followerKills}; ` +
          `${result.begun} begun, ${result.twice} came twice; ${(1000 * result.besides).toFixed(0)} ms a run beside it, ${(100 * result.shareOfAMinute).toFixed(2)} % of a minute; full disk: ${result.disk}. Seed ${seed}, ${seconds} s.\n`,
  );
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length === 0 && result.shareOfAMinute < 0.01) return;
  process.exitCode = 1;
  process.stderr.write(`kept for a look: ${folder}\n`);
}

/** Declares `qa torture sweep`. */
export function addTortureSweep(torture: Command): void {
  torture
    .command('sweep')
    .description(
      'kill, freeze and cut off the workers of a sweep, its Redis and its follower: every run must be recorded once',
    )
    .option(
      '--workers <number>',
      'processes, each in a network of its own where this machine allows it',
      whole(1, 64),
      4,
    )
    .option('--kills <number>', 'SIGKILLs of workers', whole(1), 50)
    .option('--seeds <number>', 'of each of four arms and settings: a quarter of the runs', whole(1, 10_000), 30)
    .option('--seed <number>', 'instants and kinds of faults follow from it', whole(0), 1)
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: pnpm qa torture sweep --workers 4 --kills 50 --json')
    .action(tortureSweepCommand);
}
