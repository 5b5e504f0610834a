import { summary } from '@cloze/encoder';
import { loadPretrained } from '@cloze/encoder/node';
import { streamFrom } from '@cloze/random';
import type { Command } from 'commander';
import { textTable } from '../terminal/text-table.ts';
import { whole } from '../terminal/whole.ts';

interface SummaryCommandOptions {
  readonly model: string;
  readonly length?: number;
  readonly json: boolean;
}

/** Prints parameters, bytes and forward FLOPs of a checkpoint by part. */
export async function summaryCommand({ model, length, json }: SummaryCommandOptions): Promise<void> {
  const { parameters, config, family, notes } = await loadPretrained(model, { fill: streamFrom(1) });
  const rows = summary(parameters, config, length);
  if (json) for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
  else {
    const head = ['part', 'parameters', 'MB', `GFLOP, ${length ?? config.maximumLength} tokens`];
    const cells = rows.map(({ part, parameters: count, bytes, flops }) => [
      part,
      count.toLocaleString('en'),
      (bytes / 1e6).toFixed(2),
      (flops / 1e9).toFixed(3),
    ]);
    process.stdout.write(`${textTable(head, cells, [1, 2, 3])}\n`);
  }
  process.stderr.write(
    `${family}, ${config.layers} layers of width ${config.width}${notes.map((note) => `; ${note}`).join('')}\n`,
  );
}

/** Declares `cloze summary`. */
export function addSummary(program: Command): void {
  program
    .command('summary')
    .description('parameters, bytes and FLOPs of a checkpoint by part')
    .requiredOption('--model <folder>', 'a folder as Hugging Face lays it out, or a hub id')
    .option('--length <number>', 'tokens of the row whose FLOPs are counted; default: the longest', whole(1))
    .option('--json', 'one JSON object a part on stdout', false)
    .addHelpText('after', '\nExample: cloze summary --model bert-base-chinese --length 32')
    .action(summaryCommand);
}
