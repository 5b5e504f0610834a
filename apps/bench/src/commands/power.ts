import Table from 'cli-table3';
import { printable, whole } from 'cloze/terminal';
import type { Command } from 'commander';
import { allRecipes } from '../recipes/all-recipes.ts';
import { judgeSeries } from '../report/recipes/judge-series.ts';
import { planSeeds } from '../report/recipes/plan-seeds.ts';
import { findRecords } from '../runs/find-records.ts';

/** Options of `bench power`. */
export interface PowerOptions {
  readonly budget: number;
  readonly json: boolean;
}

/** What the records below a folder could not decide, what that would take, and what a budget of hours decides. */
export function powerCommand(root: string, { budget, json }: PowerOptions): void {
  const { records, unreadable } = findRecords(root);
  for (const { folder, reason } of unreadable)
    process.stderr.write(`${printable(`${folder}: no record: ${reason}`)}\n`);
  if (records.length === 0) throw new Error(`${root} holds no finished run that can be read.`);
  const { differences, hours } = planSeeds(
    allRecipes.flatMap((one) => judgeSeries(one, records)),
    budget,
  );
  if (json) {
    for (const one of differences) process.stdout.write(`${JSON.stringify(one)}\n`);
  } else {
    const table = new Table({
      head: ['', 'published', 'detectable', 'seeds', 'seeds needed', 'rows needed', 'hours', 'in the budget'],
      style: { head: [], border: [] },
    });
    for (const one of differences) {
      const { recipe, row, column, published, detectable, seeds, seedsNeeded, rowsNeeded, hours: cost, chosen } = one;
      table.push([
        `${recipe}: ${row}, ${column}`,
        published.toFixed(2),
        detectable?.toFixed(2) ?? 'no example differs',
        `${seeds}`,
        seedsNeeded?.toLocaleString('en') ?? 'rows are too few',
        rowsNeeded?.toLocaleString('en') ?? 'seeds are too few',
        cost === undefined ? '-' : cost.toFixed(1),
        chosen ? 'yes' : '',
      ]);
    }
    const reached = differences.filter(({ chosen }) => chosen).length;
    process.stdout.write(
      printable(
        `${table.toString()}\n${reached} of ${differences.length} open differences can be decided in ${hours.toFixed(1)} hours of ${budget}, at the scale of these runs.\n`,
      ),
    );
  }
  if (unreadable.length > 0) process.exitCode = 1;
}

/** Declares `bench power`. */
export function addPower(program: Command): void {
  program
    .command('power')
    .description('what could not be decided, the seeds it needs, and which a budget of hours decides')
    .argument('[folder]', 'records: runs of bench run, or compact ones', 'records')
    .option('--budget <hours>', 'hours of machine', whole(0), 30)
    .option('--json', 'one JSON object a difference on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench power records --budget 30')
    .action(powerCommand);
}
