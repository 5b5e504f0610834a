import { existsSync } from 'node:fs';
import { formatOf, openTable } from '@cloze/datasets/node';
import type { SavedInput } from '@cloze/models';
import { openModel } from '@cloze/models/node';
import type { Command } from 'commander';
import { numberedLines } from '../input/numbered-lines.ts';
import { type InputColumns, inputsOfRows } from '../predict/inputs-of-rows.ts';
import { showPrediction } from '../predict/show-prediction.ts';
import { addEngineOptions, type EngineOptions, engineOf } from '../terminal/engine-option.ts';
import { addInputColumns } from '../training/task-options.ts';

interface PredictCommandOptions extends InputColumns, EngineOptions {
  readonly json: boolean;
}

/** Inputs that are asked at once: texts of like length share batches among them. */
const window = 2048;

/** Texts as they stand, lines of a file or of standard input, or rows of a table, in windows. */
async function* windowsOf(
  given: readonly string[],
  columns: InputColumns,
): AsyncGenerator<readonly SavedInput[], void, undefined> {
  const [file] = given;
  if (given.length > 1 || file === undefined || !(file === '-' || existsSync(file))) {
    yield given;
    return;
  }
  if (file !== '-' && formatOf(file) !== 'text') {
    const inputs = inputsOfRows(await openTable(file), columns);
    for (let from = 0; from < inputs.length; from += window) yield inputs.slice(from, from + window);
    return;
  }
  let waiting: string[] = [];
  for await (const { text } of numberedLines(file)) {
    waiting.push(text);
    if (waiting.length < window) continue;
    yield waiting;
    waiting = [];
  }
  if (waiting.length > 0) yield waiting;
}

/** Predicts by a checkpoint's own head. */
export async function predictCommand(
  name: string,
  given: readonly string[],
  { json, ...options }: PredictCommandOptions,
): Promise<void> {
  const model = await openModel(name, engineOf(options));
  try {
    let done = 0;
    for await (const inputs of windowsOf(given, options)) {
      for (const [i, prediction] of (await model.predict(inputs)).entries()) {
        const input = inputs[i];
        const said = inputs.length > 1 && typeof input === 'string' ? `   ${input}` : '';
        process.stdout.write(
          json ? `${JSON.stringify({ input, ...prediction })}\n` : `${showPrediction(prediction)}${said}\n`,
        );
      }
      done += inputs.length;
    }
    if (done === 0) throw new Error(`${given.join(' ')} has no lines of text.`);
  } finally {
    model.dispose();
  }
}

/** Declares `cloze predict`. */
export function addPredict(program: Command): void {
  const command = program
    .command('predict')
    .description("classes, numbers, tags, spans or choices by a fine-tuned model's own head")
    .argument('<model>', 'a folder as Hugging Face lays it out, or a hub id')
    .argument('<text...>', 'texts; a file with one a line, or a table; - is standard input');
  addEngineOptions(addInputColumns(command).option('--separator <text>', 'tokens: between words, default a space'))
    .option('--json', 'one JSON object an input on stdout', false)
    .addHelpText(
      'after',
      `
Examples: cloze predict reviews-model "The room was cold"
          cloze predict reviews-model reviews.csv --text review --json`,
    )
    .action(predictCommand);
}
