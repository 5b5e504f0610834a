import { compareRuns } from '@cloze/models/node';
import type { Command } from 'commander';
import { plainFigures } from '../training/show-figures.ts';

interface CompareCommandOptions {
  readonly figure?: string;
  readonly json: boolean;
}

/** Compares two fine-tunings by the rows that their folders keep. */
export async function compareCommand(
  first: string,
  second: string,
  { figure, json }: CompareCommandOptions,
): Promise<void> {
  const found = await compareRuns(first, second, figure === undefined ? {} : { figure });
  if (json) {
    process.stdout.write(`${JSON.stringify({ first, second, ...found })}\n`);
    return;
  }
  const share = !plainFigures.has(found.figure);
  const shown = (value: number) => (share ? (100 * value).toFixed(2) : value.toPrecision(3));
  const unit = share ? ' points' : '';
  process.stdout.write(
    `${found.figure}: ${second} is ${shown(Math.abs(found.difference))}${unit} ${found.difference < 0 ? 'below' : 'above'} ${first} (${shown(found.low)} to ${shown(found.high)}), p = ${found.p.toPrecision(2)}; ` +
      `${found.n.toLocaleString('en')} rows, ${found.seeds} ${found.seeds === 1 ? 'seed' : 'seeds'}; a difference of ${shown(found.detectable)}${unit} would have been found.\n`,
  );
  for (const caveat of found.caveats) process.stderr.write(`${caveat}\n`);
}

/** Declares `cloze compare`. */
export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('the difference of two fine-tunings on the same rows, with its interval')
    .argument('<run>', "a run's folder (--output of cloze fine-tune)")
    .argument('<other run>', 'on the same dev rows and seeds')
    .option('--figure <name>', "default the task's first, such as accuracy")
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: cloze compare runs/plain runs/r-drop')
    .action(compareCommand);
}
