import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findRecords } from '@cloze/bench';
import { figureHtml } from '@cloze/quick-start';
import { endInOneSentence, sayPrintable as say, UsageError, writeWhole } from 'cloze/terminal';
import { articleFigures } from './article-figures.ts';

// Draws every figure, each a file of HTML without a script: draw-figures.ts RECORDS OUT
endInOneSentence('articles');
const [from, out] = process.argv.slice(2);
if (from === undefined || out === undefined)
  throw new UsageError('name the folder of records and the one where figures are written.');
const { records, unreadable } = findRecords(from);
for (const { folder, reason } of unreadable) say(`${folder}: no record: ${reason}`);
const figures = await articleFigures(records);
mkdirSync(out, { recursive: true });
for (const [name, figure] of figures) writeWhole(join(out, `${name}.html`), await figureHtml(figure, name));
say(`${figures.size} figures: ${out}`);
