import type { CutText } from '@cloze/models';
import { openModel } from '@cloze/models/node';
import type { Command } from 'commander';
import { type EngineOptions, engineOf, engineOption, threadsOption } from '../terminal/engine-option.ts';
import { whole } from '../terminal/whole.ts';

interface FillCommandOptions extends EngineOptions {
  readonly model: string;
  readonly top: number;
  readonly json: boolean;
}

/** Prints the likeliest tokens for each mask of a text. */
export async function fillCommand(
  text: string,
  { model: name, top, engine, threads, json }: FillCommandOptions,
): Promise<void> {
  const model = await openModel(name, engineOf({ engine, threads }));
  const cut: { tokens?: number } = {};
  const onCut = ({ tokens }: CutText) => {
    cut.tokens = tokens;
    process.stderr.write(
      `The text is ${tokens} token${tokens === 1 ? '' : 's'} longer than the ${model.maximumLength} that the model reads: its end is left out.\n`,
    );
  };
  try {
    for (const { index: at, guesses } of await model.fillMasks(text, { top, onCut })) {
      const shown = guesses.map(({ token, probability }) => `${token} ${(100 * probability).toFixed(1)} %`).join('  ');
      process.stdout.write(
        json ? `${JSON.stringify({ text, at, cut: cut.tokens ?? 0, guesses })}\n` : `at ${at}: ${shown}\n`,
      );
    }
  } finally {
    model.dispose();
  }
}

/** Declares `cloze fill`. */
export function addFill(program: Command): void {
  program
    .command('fill')
    .description('guess the masked tokens of a text with any checkpoint')
    .argument('<text>', 'with [MASK] where a token is to be guessed')
    .requiredOption('--model <folder>', 'a folder as Hugging Face lays it out, or a hub id')
    .option('--top <number>', 'guesses for each mask', whole(1), 5)
    .addOption(engineOption())
    .addOption(threadsOption())
    .option('--json', 'one JSON object a mask on stdout', false)
    .addHelpText('after', '\nExample: cloze fill "床前明月[MASK]" --model bert-base-chinese')
    .action(fillCommand);
}
