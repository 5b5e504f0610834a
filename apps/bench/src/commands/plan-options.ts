import { availableParallelism } from 'node:os';
import { mostThreads, whole } from 'cloze/terminal';
import { type Command, Option } from 'commander';
import { type Size, sizes } from '../recipes/define-recipe.ts';

/** Options of commands that run recipes. */
export interface PlanOptions {
  readonly data?: string;
  readonly size: Size;
  readonly seeds: number;
  readonly firstSeed: number;
  readonly encoder?: string;
  readonly set: readonly string[];
  readonly arm: readonly string[];
  readonly out: string;
  readonly jobs: number;
  readonly threads: number;
  readonly dryRun: boolean;
  readonly json: boolean;
}

const several = (value: string, before: readonly string[]) => [...before, value];

/** Declares them. @param set what `--set` takes and does */
export const planOptions = (command: Command, [set, about]: readonly [flags: string, about: string]): Command =>
  command
    .option('--data <folder>', "data in CLUE's official layout; without it recipes of size tiny read classical poems")
    .addOption(new Option('--size <size>', 'how much').choices([...sizes]).default('laptop'))
    .option('--seeds <number>', 'runs of each arm', whole(1, 10_000), 3)
    .option('--first-seed <number>', 'the first seed', whole(0, 2_000_000_000), 1)
    .option('--encoder <folder>', 'a Hugging Face checkpoint to begin from')
    .option(set, about, several, [])
    .option('--arm <name>', 'only this arm or row; repeat for more', several, [])
    .option('--out <folder>', 'where records go', 'runs')
    .option('--jobs <number>', 'runs side by side', whole(1, 1024), Math.max(1, Math.floor(availableParallelism() / 2)))
    .option('--threads <number>', 'cores a run', whole(1, mostThreads), 2)
    .option('--dry-run', 'say what would run, in its order', false)
    .option('--json', 'one JSON object a run on stdout', false);
