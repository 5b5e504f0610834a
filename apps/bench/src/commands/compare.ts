import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sayPrintable } from 'cloze/terminal';
import type { Command } from 'commander';
import { recipeOf } from '../recipes/all-recipes.ts';
import { judgeRecipe } from '../report/recipes/judge-recipe.ts';
import { differingFiles } from '../report/recipes/judge-series.ts';
import { terminalReport } from '../report/recipes/terminal-report.ts';
import { findRecords } from '../runs/find-records.ts';
import type { RunRecord } from '../runs/run-record.ts';

/** Runs that a name means: a run folder, or `<recipe>/<arm>` with all its seeds. */
function runsOf(name: string, root: string): RunRecord[] {
  const path = existsSync(join(root, name)) ? join(root, name) : name;
  if (existsSync(path) && statSync(path).isDirectory() && existsSync(join(path, 'manifest.json')))
    return findRecords(dirname(dirname(path))).records.filter(({ folder }) => folder === path);
  const { records, unreadable } = findRecords(root);
  for (const { folder, reason } of unreadable) sayPrintable(`${folder}: no record: ${reason}`);
  const found = records.filter(({ spec }) => `${spec.recipe}/${spec.arm}` === name);
  if (found.length === 0)
    throw new Error(`${name}: no finished run; expected a run's folder, or <recipe>/<arm> below ${root}.`);
  return found;
}

/** Compares two systems on the examples and seeds they share: B against A. */
export function compareCommand(
  a: string,
  b: string,
  { runs, json }: { readonly runs: string; readonly json: boolean },
): void {
  const label = a === b ? ['first', 'second'] : [a, b];
  const records = [a, b].flatMap((name, i) =>
    runsOf(name, runs).map((record) => ({
      ...record,
      spec: { ...record.spec, recipe: 'comparison', row: label[i] as string },
    })),
  );
  for (const path of differingFiles(records)) sayPrintable(`${path} is not the same file for all of these runs.`);
  const recipe = recipeOf(runsOf(a, runs)[0]?.spec.recipe as string);
  const judged = judgeRecipe(
    {
      ...recipe,
      name: 'comparison',
      claim: `${b} against ${a}`,
      baseline: label[0] as string,
      published: [],
      arms: () => [],
    },
    records,
  );
  if (json) for (const cell of judged.cells) process.stdout.write(`${JSON.stringify(cell)}\n`);
  else {
    process.stdout.write(`${terminalReport([judged])}\n`);
    for (const { row, column, against } of judged.cells)
      if (against)
        process.stdout.write(
          `${row}, ${column}: ${[
            against.difference.toFixed(3),
            ...(against.low === undefined ? [] : [`(${against.low.toFixed(3)} to ${against.high?.toFixed(3)})`]),
          ].join(' ')}${against.p === undefined ? '' : `, p = ${against.p.toFixed(4)}`}\n`,
        );
  }
}

/** Declares `bench compare`. */
export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('two runs, or all seeds of two arms, on the examples they share')
    .argument('<a>', "the baseline: a run's folder, or <recipe>/<arm>")
    .argument('<b>', 'what is compared with it')
    .option('--runs <folder>', 'where records are', 'runs')
    .option('--json', 'one JSON object a figure on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench compare r-drop/tnews.none r-drop/tnews.r-drop')
    .action(compareCommand);
}
