import { streamTexts } from '@cloze/datasets/node';
import { loadPretrained, savePretrained } from '@cloze/encoder/node';
import { trimVocabulary } from '@cloze/models';
import { streamFrom } from '@cloze/random';
import type { Command } from 'commander';
import { checkModelFolder } from '../terminal/model-folder.ts';
import { say } from '../terminal/say.ts';
import { whole } from '../terminal/whole.ts';

interface TrimCommandOptions {
  readonly out: string;
  readonly column?: string;
  readonly minimum: number;
  readonly json: boolean;
}

/** Saves a checkpoint without the tokens that a corpus does not use. */
export async function trimCommand(
  name: string,
  corpus: readonly string[],
  { out, column, minimum, json }: TrimCommandOptions,
): Promise<void> {
  checkModelFolder(out, name);
  const loaded = await loadPretrained(name, { fill: streamFrom(1).fork('missing weights') });
  if (loaded.notes.length > 0) say(`${name}: ${loaded.notes.join('; ')}.`);
  const texts = streamTexts(corpus, column === undefined ? {} : { column });
  const trimmed = await trimVocabulary(name, loaded, texts, { minimum });
  await savePretrained(out, trimmed);
  const [before, after] = [loaded.config.vocabularySize, trimmed.config.vocabularySize];
  process.stdout.write(
    json
      ? `${JSON.stringify({ from: before, to: after, folder: out })}\n`
      : `${after.toLocaleString('en')} of ${before.toLocaleString('en')} tokens   → ${out}\n`,
  );
}

/** Declares `cloze trim`. */
export function addTrim(program: Command): void {
  program
    .command('trim')
    .description('save a checkpoint without the tokens that a corpus does not use: it trains several times faster')
    .argument('<model>', 'a folder as Hugging Face lays it out, or a hub id')
    .argument('<corpus...>', 'text files, .gz or not, a document a line; patterns in quotes; of tables --column')
    .requiredOption('--out <model>', 'where the smaller checkpoint goes')
    .option('--column <name>', 'of tables, default text')
    .option('--minimum <number>', 'times a token must occur', whole(1), 1)
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: cloze trim bert-base-chinese poems.txt.gz --minimum 3 --out small')
    .action(trimCommand);
}
