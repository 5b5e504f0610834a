import { openTable } from '@cloze/datasets/node';
import { evaluate } from '@cloze/models';
import { openModel } from '@cloze/models/node';
import type { Command } from 'commander';
import { cutLines } from '../input/cut-lines.ts';
import { addEngineOptions, type EngineOptions, engineOf, specialInTextOption } from '../terminal/engine-option.ts';
import { showFigures } from '../training/show-figures.ts';
import { addTaskOptions, type TaskOptions, taskFrom } from '../training/task-options.ts';

interface EvaluateCommandOptions extends TaskOptions, EngineOptions {
  readonly json: boolean;
}

/** Judges a model's own predictions on the rows of a file. */
export async function evaluateCommand(name: string, file: string, options: EvaluateCommandOptions): Promise<void> {
  const task = taskFrom(options);
  const table = await openTable(file);
  const model = await openModel(name, engineOf(options));
  const cut = cutLines('row', model.maximumLength);
  try {
    const figures = await evaluate(model, task, table, { onCut: ({ index, tokens }) => cut.add(index + 1, tokens) });
    const rows = table.rows.length;
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ model: name, file, rows, cut: cut.summary()?.figures ?? { lines: 0, tokens: 0 }, figures })}\n`
        : `${showFigures(figures)}   ${rows.toLocaleString('en')} rows\n`,
    );
    process.stderr.write(cut.summary()?.sentence ?? '');
  } finally {
    model.dispose();
  }
}

/** Declares `cloze evaluate`. */
export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .description("figures of a fine-tuned model's predictions on the rows of a file, with intervals")
    .argument('<model>', 'a folder as Hugging Face lays it out, or a hub id')
    .argument('<file>', 'CSV, TSV, JSON, JSON lines or Parquet, .gz or not; a pattern in quotes for several');
  addEngineOptions(addTaskOptions(command).addOption(specialInTextOption()))
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: cloze evaluate reviews-model reviews.dev.csv --text review --label stars')
    .action(evaluateCommand);
}
