import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { figureHtml } from '@cloze/quick-start';
import { sayPrintable as say, writeWhole } from 'cloze/terminal';
import type { Command } from 'commander';
import { articleFigures } from '../articles/article-figures.ts';
import { findRecords } from '../runs/find-records.ts';

/** Draws the figures of the pages in `docs/articles`, each a file of HTML without a script. */
export async function figuresCommand(root: string, { out }: { readonly out: string }): Promise<void> {
  const { records, unreadable } = findRecords(root);
  for (const { folder, reason } of unreadable) say(`${folder}: no record: ${reason}`);
  const figures = await articleFigures(records);
  mkdirSync(out, { recursive: true });
  for (const [name, figure] of figures) writeWhole(join(out, `${name}.html`), await figureHtml(figure, name));
  say(`${figures.size} figures: ${resolve(out)}`);
}

/** Declares `bench figures`. */
export function addFigures(program: Command): void {
  program
    .command('figures')
    .description('draw the figures of the pages about the articles')
    .argument('[folder]', 'records, such as those of the repository', 'records')
    .requiredOption('--out <folder>', 'where the figures are written, a file each')
    .addHelpText('after', '\nExample: pnpm bench figures records --out figures')
    .action(figuresCommand);
}
