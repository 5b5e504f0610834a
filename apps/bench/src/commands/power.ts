import { printable, sayPrintable, textTable, whole } from 'cloze/terminal';
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
  for (const { folder, reason } of unreadable) sayPrintable(`${folder}: no record: ${reason}`);
  if (records.length === 0) throw new Error(`${root} holds no finished run that can be read.`);
  const { differences, hours } = planSeeds(
    allRecipes.flatMap((one) => judgeSeries(one, records)),
    budget,
  );
  if (json) {
    for (const one of differences) process.stdout.write(`${JSON.stringify(one)}\n`);
  } else {
    const table = textTable(
      ['', 'published', 'detectable', 'seeds', 'seeds needed', 'rows needed', 'hours', 'in the budget'],
      differences.map((one) => [
        `${one.recipe}: ${one.row}, ${one.column}`,
        one.published.toFixed(2),
        one.detectable?.toFixed(2) ?? 'no example differs',
        one.seeds,
        one.seedsNeeded?.toLocaleString('en') ?? 'rows are too few',
        one.rowsNeeded?.toLocaleString('en') ?? 'seeds are too few',
        one.hours?.toFixed(1) ?? '-',
        one.chosen ? 'yes' : '',
      ]),
    );
    const reached = differences.filter(({ chosen }) => chosen).length;
    process.stdout.write(
      printable(
        `${table}\n${reached} of ${differences.length} open differences can be decided in ${hours.toFixed(1)} hours of ${budget}, at the scale of these runs.\n`,
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
