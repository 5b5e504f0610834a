import { existsSync } from 'node:fs';
import { formatOf, openTable } from '@cloze/datasets/node';
import type { CutText, SavedInput } from '@cloze/models';
import { openModel } from '@cloze/models/node';
import type { Command } from 'commander';
import { cutLines } from '../input/cut-lines.ts';
import { numberedLines } from '../input/numbered-lines.ts';
import { type InputColumns, inputsOfRows } from '../predict/inputs-of-rows.ts';
import { showPrediction } from '../predict/show-prediction.ts';
import { addEngineOptions, type EngineOptions, engineOf, specialInTextOption } from '../terminal/engine-option.ts';
import { addInputColumns } from '../training/task-options.ts';

interface PredictCommandOptions extends InputColumns, EngineOptions {
  readonly json: boolean;
}

/** Inputs that are asked at once: texts of like length share batches among them. */
const window = 2048;

/** An input and where it stands: its line, row, or place among the texts given, from 1. */
interface PlacedInput {
  readonly place: number;
  readonly input: SavedInput;
}

/** What the places of inputs are called. */
type PlaceName = 'text' | 'row' | 'line';

/** Texts as they stand, lines of a file or of standard input, or rows of a table, in windows. */
async function* windowsOf(
  given: readonly string[],
  kind: PlaceName,
  columns: InputColumns,
): AsyncGenerator<readonly PlacedInput[], void, undefined> {
  const numbered = (inputs: readonly SavedInput[]) => inputs.map((input, i) => ({ place: i + 1, input }));
  const file = given[0] as string;
  if (kind === 'text') {
    yield numbered(given);
    return;
  }
  if (kind === 'row') {
    const inputs = numbered(inputsOfRows(await openTable(file), columns));
    for (let from = 0; from < inputs.length; from += window) yield inputs.slice(from, from + window);
    return;
  }
  let waiting: PlacedInput[] = [];
  for await (const { line, text } of numberedLines(file)) {
    waiting.push({ place: line, input: text });
    if (waiting.length < window) continue;
    yield waiting;
    waiting = [];
  }
  if (waiting.length > 0) yield waiting;
}

function placeNameOf(given: readonly string[]): PlaceName {
  const [file] = given;
  if (given.length > 1 || file === undefined || !(file === '-' || existsSync(file))) return 'text';
  return file !== '-' && formatOf(file) !== 'text' ? 'row' : 'line';
}

/** Predicts by a checkpoint's own head. */
export async function predictCommand(
  name: string,
  given: readonly string[],
  { json, ...options }: PredictCommandOptions,
): Promise<void> {
  const model = await openModel(name, engineOf(options));
  const kind = placeNameOf(given);
  const cut = cutLines(kind, model.maximumLength);
  try {
    let done = 0;
    for await (const inputs of windowsOf(given, kind, options)) {
      const cutOf = new Map<number, number>();
      const onCut = ({ index, tokens }: CutText) => {
        cutOf.set(index, tokens);
        cut.add((inputs[index] as PlacedInput).place, tokens);
      };
      const found = await model.predict(
        inputs.map(({ input }) => input),
        { onCut },
      );
      for (const [i, prediction] of found.entries()) {
        const { place, input } = inputs[i] as PlacedInput;
        const said = inputs.length > 1 && typeof input === 'string' ? `   ${input}` : '';
        process.stdout.write(
          json
            ? `${JSON.stringify({ [kind]: place, input, cut: cutOf.get(i) ?? 0, ...prediction })}\n`
            : `${showPrediction(prediction)}${said}\n`,
        );
      }
      done += inputs.length;
    }
    if (done === 0) throw new Error(`${given.join(' ')} has no lines of text.`);
    process.stderr.write(cut.summary()?.sentence ?? '');
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
  addEngineOptions(
    addInputColumns(command)
      .addOption(specialInTextOption())
      .option('--separator <text>', 'tokens: between words, default a space'),
  )
    .option('--json', 'one JSON object an input on stdout', false)
    .addHelpText(
      'after',
      `
Examples: cloze predict reviews-model "The room was cold"
          cloze predict reviews-model reviews.csv --text review --json`,
    )
    .action(predictCommand);
}
