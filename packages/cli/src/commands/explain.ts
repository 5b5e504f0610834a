import { pathRuleNames } from '@cloze/eval';
import { type ExplainOptions, explanationMethods } from '@cloze/models';
import { openModel } from '@cloze/models/node';
import { writeWhole } from '@cloze/trainer/node';
import { type Command, Option } from 'commander';
import { explanationPage } from '../explain/explanation-page.ts';
import { plainSentence } from '../explain/plain-sentence.ts';
import { terminalSentence } from '../explain/terminal-sentence.ts';
import {
  type EngineOptions,
  engineOf,
  engineOption,
  specialInTextOption,
  threadsOption,
} from '../terminal/engine-option.ts';
import { whole } from '../terminal/whole.ts';

interface ExplainCommandOptions extends Required<Omit<ExplainOptions, 'pair' | 'target'>>, EngineOptions {
  readonly pair?: string;
  readonly target?: string;
  readonly model: string;
  readonly html?: string;
  readonly json: boolean;
}

/** Prints how much each token of a text speaks for a prediction. */
export async function explainCommand(
  text: string,
  { model: name, html, engine, threads, specialInText, json, ...options }: ExplainCommandOptions,
): Promise<void> {
  const model = await openModel(name, engineOf({ engine, threads, specialInText }));
  try {
    const explanation = await model.explain(text, options);
    const { method, steps, rule, baseline } = options;
    const setting = method === 'integrated-gradients' ? { method, steps, rule, baseline } : { method };
    if (html !== undefined) writeWhole(html, explanationPage(text, name, method, explanation));
    if (json) {
      process.stdout.write(`${JSON.stringify({ text, ...setting, ...explanation })}\n`);
      return;
    }
    const { target, value, tokens, baselineValue, gap } = explanation;
    const coloured = process.stdout.isTTY && !process.env.NO_COLOR;
    process.stdout.write(`${(coloured ? terminalSentence : plainSentence)(tokens)}\n`);
    process.stdout.write(`${target}: ln p = ${value.toFixed(4)}, p = ${Math.exp(value).toFixed(4)}\n`);
    if (gap !== undefined && baselineValue !== undefined)
      process.stdout.write(
        `${method}, ${steps} steps (${rule}): the scores sum to ${(value - baselineValue + gap).toFixed(4)}, ln p differs from the baseline's by ${(value - baselineValue).toFixed(4)}; gap ${gap.toExponential(2)}\n`,
      );
  } finally {
    model.dispose();
  }
}

/** Declares `cloze explain`. */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('which tokens of a text speak for a prediction of any checkpoint')
    .argument(
      '<text>',
      'with one [MASK] where a token is predicted; without, the class of a checkpoint with a classifier',
    )
    .requiredOption('--model <folder>', 'a folder as Hugging Face lays it out, or a hub id')
    .option('--pair <text>', 'the second text of a pair')
    .option('--target <name>', 'the token or class explained; default: the likeliest')
    .addOption(new Option('--method <name>', 'how').choices([...explanationMethods]).default('integrated-gradients'))
    .option('--steps <number>', 'gradients on the path from the baseline', whole(1), 20)
    .addOption(new Option('--rule <name>', 'where on the path').choices([...pathRuleNames]).default('gauss-legendre'))
    .addOption(
      new Option('--baseline <name>', 'where the path begins: zeros, or the text with every token masked or padded')
        .choices(['zero', 'mask', 'pad'])
        .default('zero'),
    )
    .option('--html <file>', 'write the coloured sentence as a page')
    .addOption(engineOption())
    .addOption(threadsOption())
    .addOption(specialInTextOption())
    .option('--json', 'one JSON object on stdout', false)
    .addHelpText('after', '\nExample: cloze explain "床前明[MASK]光" --model bert-base-chinese --html explained.html')
    .action(explainCommand);
}
