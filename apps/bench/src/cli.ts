#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { perfCommand } from './commands/perf.ts';
import { quickStartCommand } from './commands/quick-start.ts';

const whole = (least: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > 2147483647)
    throw new InvalidArgumentError(`expected a whole number from ${least} to 2147483647, got '${text}'.`);
  return value;
};

const program = new Command('bench')
  .description('Masked-language-model research in TypeScript. Without a command: the quick start.')
  .exitOverride()
  .showSuggestionAfterError();

program
  .command('quick-start', { isDefault: true })
  .description('pretrain BERT and T-TA on classical Chinese verse, fine-tune, score, and write a report')
  .option('--seed <number>', 'every figure follows from it', whole(0), 1)
  .addOption(
    new Option('--engine <name>', 'default: the best that works').choices([
      'tensorflow-gpu',
      'tensorflow',
      'tfjs-node-gpu',
      'tfjs-node',
      'wasm',
      'cpu',
    ]),
  )
  .option('--steps <number>', 'pretraining steps, to try things out', whole(1))
  .option('--out <folder>', 'where the report goes', 'runs/quick-start')
  .option('--json', 'one JSON object an encoder on stdout', false)
  .addHelpText('after', '\nExample: pnpm bench quick-start --seed 2 --engine tensorflow')
  .action(quickStartCommand);

program
  .command('perf')
  .description('time training steps against PyTorch on the same work, interleaved in one run')
  .requiredOption('--python <path>', 'an interpreter with torch and transformers (see tooling/oracles)')
  .option('--steps <number>', 'timed steps of each side', whole(1), 10)
  .option('--json', 'one JSON object a row on stdout', false)
  .addHelpText('after', '\nExample: pnpm bench perf --python .venv/bin/python --json')
  .action(perfCommand);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
