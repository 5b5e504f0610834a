import { openModel } from '@cloze/models/node';
import { type Command, Option } from 'commander';
import { type EngineOptions, engineOf, engineOption, threadsOption } from '../terminal/engine-option.ts';
import { real } from '../terminal/real.ts';
import { whole } from '../terminal/whole.ts';

interface GenerateCommandOptions extends EngineOptions {
  readonly model: string;
  readonly beams: number;
  readonly tokens: number;
  readonly minimum: number;
  readonly lengthPenalty: number;
  readonly source?: 'prefix' | 'causal';
  readonly json: boolean;
}

/** Prints what a UniLM or left-to-right model writes after a text. */
export async function generateCommand(text: string, options: GenerateCommandOptions): Promise<void> {
  const { model: name, beams, tokens, minimum: minimumTokens, lengthPenalty, source, engine, threads, json } = options;
  const model = await openModel(name, engineOf({ engine, threads }));
  try {
    const found = await model.generate(text, {
      beams,
      tokens,
      minimumTokens,
      lengthPenalty,
      ...(source && { source }),
    });
    for (const generated of found)
      process.stdout.write(
        json
          ? `${JSON.stringify({ source: text, ...generated })}\n`
          : `${generated.text}${generated.ended ? '' : ' …'}   ln p = ${generated.logProbability.toFixed(2)}\n`,
      );
  } finally {
    model.dispose();
  }
}

/** Declares `cloze generate`. */
export function addGenerate(program: Command): void {
  program
    .command('generate')
    .description('continue a text with a UniLM or left-to-right checkpoint')
    .argument('<text>', 'the source, or the beginning')
    .requiredOption('--model <folder>', 'a folder as Hugging Face lays it out, or a hub id')
    .option('--beams <number>', '1 is greedy', whole(1, 1000), 1)
    .option('--tokens <number>', 'tokens at most, the end included', whole(1), 32)
    .option('--minimum <number>', 'tokens at least, with beams', whole(0), 1)
    .option('--length-penalty <number>', 'the power of the length that a beam is divided by', real, 1)
    .addOption(
      new Option(
        '--source <kind>',
        'prefix: the text sees all of itself (UniLM); causal: it is read left to right; default: as the config says',
      ).choices(['prefix', 'causal']),
    )
    .addOption(engineOption())
    .addOption(threadsOption())
    .option('--json', 'one JSON object a text on stdout', false)
    .addHelpText('after', '\nExample: cloze generate "床前明月光，" --model runs/quick-start/unilm --beams 4')
    .action(generateCommand);
}
