import type { SentencePooling } from '@cloze/encoder';
import { openModel } from '@cloze/models/node';
import { type Command, Option } from 'commander';
import { cutLines } from '../input/cut-lines.ts';
import { type NumberedLine, numberedLines } from '../input/numbered-lines.ts';
import {
  type EngineOptions,
  engineOf,
  engineOption,
  specialInTextOption,
  threadsOption,
} from '../terminal/engine-option.ts';
import { whole } from '../terminal/whole.ts';

interface EmbedCommandOptions extends EngineOptions {
  readonly model: string;
  readonly pool?: SentencePooling;
  readonly normalise?: boolean;
  readonly rows: number;
  readonly json: boolean;
}

/** Texts of like length share batches within a window; a file of any size is read window by window. */
const window = 2048;

/** Prints a vector for each line of a file (`-` is stdin). */
export async function embedCommand(
  file: string,
  { model: name, pool, normalise, rows, engine, threads, specialInText, json }: EmbedCommandOptions,
): Promise<void> {
  const model = await openModel(name, engineOf({ engine, threads, specialInText }));
  try {
    const cut = cutLines(
      'line',
      Math.min(model.maximumLength, model.loaded.sentence?.maximumLength ?? model.maximumLength),
    );
    const flush = async (lines: readonly NumberedLine[]) => {
      const cutOf = new Map<number, number>();
      const onCut = ({ index, tokens }: { readonly index: number; readonly tokens: number }) => {
        cutOf.set(index, tokens);
        cut.add((lines[index] as NumberedLine).line, tokens);
      };
      const texts = lines.map(({ text }) => text);
      for (const [i, vector] of (await model.embed(texts, { pooling: pool, normalise, rows, onCut })).entries()) {
        const { line, text } = lines[i] as NumberedLine;
        if (json)
          process.stdout.write(
            `${JSON.stringify({ line, text, cut: cutOf.get(i) ?? 0, embedding: Array.from(vector) })}\n`,
          );
        else {
          const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
          const first = Array.from(vector.subarray(0, 4), (v) => v.toFixed(3)).join(' ');
          process.stdout.write(`${text.slice(0, 40)}  |v| = ${length.toFixed(3)}  [${first} …] of ${vector.length}\n`);
        }
      }
    };
    let waiting: NumberedLine[] = [];
    let done = 0;
    const started = performance.now();
    for await (const line of numberedLines(file)) {
      waiting.push(line);
      if (waiting.length < window) continue;
      await flush(waiting);
      done += waiting.length;
      waiting = [];
      process.stderr.write(`${done} lines, ${Math.round((1000 * done) / (performance.now() - started))} a second\n`);
    }
    await flush(waiting);
    if (done + waiting.length === 0) throw new Error(`${file} has no lines of text.`);
    process.stderr.write(cut.summary()?.sentence ?? '');
  } finally {
    model.dispose();
  }
}

/** Declares `cloze embed`. */
export function addEmbed(program: Command): void {
  program
    .command('embed')
    .description('sentence vectors of the lines of a file, by any checkpoint')
    .argument('<file>', 'one text a line, empty lines left out; - is standard input')
    .requiredOption('--model <folder>', 'a folder as Hugging Face lays it out, or a hub id')
    .addOption(
      new Option(
        '--pool <way>',
        'first token, pooler, mean of the last layer, or of the first and last layers; default as the folder says, else mean',
      ).choices(['first', 'pooler', 'mean', 'first-last']),
    )
    .option('--normalise', 'divide each vector by its length; default as the folder says')
    .option('--rows <number>', 'texts at once', whole(1), 32)
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(specialInTextOption())
    .option('--json', 'one JSON object a line: {"line", "text", "cut", "embedding"}; cut: tokens left out of it', false)
    .addHelpText('after', '\nExample: cloze embed poems.txt --model bert-base-chinese --pool first-last --json')
    .action(embedCommand);
}
