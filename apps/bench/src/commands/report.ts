import { mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { sha256 } from '@cloze/sweeps/node';
import { printable, sayPrintable as say, UsageError, writeWhole } from 'cloze/terminal';
import type { Command } from 'commander';
import { allRecipes } from '../recipes/all-recipes.ts';
import { directionRows } from '../report/recipes/direction-rows.ts';
import { htmlReport } from '../report/recipes/html-report.ts';
import type { JudgedRecipe } from '../report/recipes/judge-recipe.ts';
import { judgeSeries } from '../report/recipes/judge-series.ts';
import { leaderboardFiles } from '../report/recipes/leaderboard.ts';
import { markdownReport } from '../report/recipes/markdown-report.ts';
import { maskGallery } from '../report/recipes/mask-gallery.ts';
import { terminalReport } from '../report/recipes/terminal-report.ts';
import { compactRecord } from '../runs/compact-record.ts';
import { findRecords } from '../runs/find-records.ts';
import { stoppedArms, whyStopped } from '../sweeps/hopeless-arms.ts';

/** Options of `bench report`. */
export interface ReportOptions {
  readonly recipe: readonly string[];
  readonly out?: string;
  readonly markdown: boolean;
  readonly keep?: string;
  readonly json: boolean;
  readonly leaderboard?: string;
}

/** Words as part of a folder's name; long ones by their hash. */
const fileName = (words: string) =>
  words.length > 60 ? sha256(words).slice(0, 8) : words.replaceAll(/[^\w.]+/g, '-').replace(/-$/, '');

/** Writes the leaderboard's file of every row of `babylm`; of several rows or encoders each name has its row, and the encoder's. @throws {UsageError} where there is none */
function writeLeaderboard(path: string, judged: readonly JudgedRecipe[]): void {
  const own = judged.filter(({ recipe: { name } }) => name === 'babylm');
  if (own.length === 0) throw new UsageError('--leaderboard is for records of babylm, and there is none.');
  const made = own.flatMap((one) =>
    leaderboardFiles(one).map((file) => ({ ...file, name: `${one.series ?? ''} ${file.row}` })),
  );
  for (const { name, text, lacking } of made) {
    const to = made.length === 1 ? path : path.replace(/(\.json)?$/, `-${fileName(name.trim())}.json`);
    writeWhole(to, text);
    say(`${to}: the leaderboard counts as 0 what it lacks: ${lacking.join(', ')}`);
  }
}

/** Judges the records below a folder: tables on stdout, a page with --out, compact copies with --keep. */
export async function reportCommand(
  root: string,
  { recipe, out, markdown, keep, json, leaderboard }: ReportOptions,
): Promise<void> {
  const { records, unfinished, unreadable } = findRecords(root);
  for (const { folder, reason } of unreadable) say(`${folder}: no record: ${reason}`);
  if (records.length === 0) throw new Error(`${root} holds no finished run that can be read.`);
  const judged = allRecipes
    .filter(({ name }) => recipe.length === 0 || recipe.includes(name))
    .flatMap((one) => judgeSeries(one, records));
  const stopped = stoppedArms(root).map((one) => ({ folder: join(one.folder, one.arm), reason: whyStopped(one) }));
  const twice = judged.flatMap((one) =>
    (one.twice ?? []).map(({ folder, spec: { arm, seed } }) => ({
      folder,
      reason: `arm ${arm} has seed ${seed} already, which is counted once`,
    })),
  );
  for (const { folder, reason } of [...unfinished, ...stopped, ...twice]) say(`${folder}: ${reason}`);
  if (leaderboard !== undefined) writeLeaderboard(leaderboard, judged);
  if (keep) {
    // Of the judged recipes, each series in a folder of its own: the same run from two encoders has the same name.
    for (const { recipe: of, series, records: own } of judged) {
      const folder = join(keep, series ? `${of.name}-${fileName(series)}` : of.name);
      mkdirSync(folder, { recursive: true });
      for (const record of own) {
        const name = `${record.spec.arm}-${record.spec.seed}.json`;
        writeWhole(join(folder, name), `${JSON.stringify(compactRecord(record))}\n`);
      }
    }
    say(`${records.length} compact records: ${resolve(keep)}`);
  }
  if (out) {
    mkdirSync(dirname(resolve(out)), { recursive: true });
    writeWhole(
      out,
      await htmlReport(judged, {
        gallery: await maskGallery(),
        unfinished: [
          ...[...unfinished, ...unreadable].map(({ folder, reason }) => ({ folder: basename(folder), reason })),
          ...stopped,
          ...twice,
        ],
      }),
    );
    say(`report: ${resolve(out)}`);
  }
  if (json) {
    for (const one of judged) {
      const { recipe: of, series, cells } = one;
      const directions = directionRows(one);
      for (const cell of cells) {
        const { published, detectable, seedsNeeded, rowsNeeded, verdict, bound } =
          directions.find(({ row, column }) => row === cell.row && column === cell.column) ?? {};
        const said = { published, detectable, seedsNeeded, rowsNeeded, verdict, bound };
        process.stdout.write(`${JSON.stringify({ recipe: of.name, series, ...cell, ...said })}\n`);
      }
    }
  } else process.stdout.write(printable(markdown ? markdownReport(judged) : `${terminalReport(judged)}\n`));
  if (unreadable.length > 0) {
    say(`${unreadable.length} records could not be read and are left out: bench verify ${root} says more.`);
    process.exitCode = 1;
  }
}

const several = (value: string, before: readonly string[]) => [...before, value];

/** Declares `bench report`. */
export function addReport(program: Command): void {
  program
    .command('report')
    .description('judge finished runs: tables with tests, a page with figures, or Markdown')
    .argument('[folder]', 'records: runs of bench run, or compact ones', 'runs')
    .option('--recipe <name>', 'only this recipe; repeat for more', several, [])
    .option('--out <file>', 'write one self-contained HTML page')
    .option('--markdown', 'tables as Markdown', false)
    .option('--keep <folder>', 'write compact records, small enough to commit')
    .option('--json', 'one JSON object a figure on stdout', false)
    .option(
      '--leaderboard <file>',
      'write the file of Chinese BabyLM 2026 that its leaderboard takes, one a row of babylm',
    )
    .addHelpText('after', '\nExample: pnpm bench report runs --out report.html')
    .action(reportCommand);
}
