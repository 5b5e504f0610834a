#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { maskCommand } from './commands/mask.ts';
import { perfCommand } from './commands/perf.ts';
import { pmiBuildCommand, pmiShowCommand } from './commands/pmi.ts';
import { quickStartCommand } from './commands/quick-start.ts';
import { tortureCommand } from './commands/torture.ts';

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

program
  .command('torture')
  .description(
    'kill a small pretraining run at random instants, a third inside a save; every resume must end bit-equal',
  )
  .option('--kills <number>', 'SIGKILLs in all', whole(1), 300)
  .option('--steps <number>', 'steps of the run that is killed', whole(4), 60)
  .option('--seed <number>', 'instants, weights, order and masks follow from it', whole(0), 1)
  .addOption(
    new Option('--engine <name>', 'default: the best that works').choices(['tensorflow', 'tfjs-node', 'wasm', 'cpu']),
  )
  .option('--json', 'one JSON object on stdout', false)
  .addOption(new Option('--victim <task>', 'the child that is killed').hideHelp())
  .addHelpText('after', '\nExample: pnpm bench torture --kills 300 --json')
  .action(tortureCommand);

program
  .command('mask')
  .description('show what masking policies do to a sentence, or audit them on a corpus')
  .argument('[text]', 'a sentence to mask')
  .option('--policy <names>', 'all, or names with commas between', 'all')
  .option('--audit', 'count what policies do to a corpus: realised rates, spans, tokens that must stay', false)
  .option('--speed', 'time policies on the corpus, one core', false)
  .option('--python <path>', 'with --speed: an interpreter with torch and transformers, timed on the same rows in turn')
  .option('--data <folder>', 'a data folder with corpus/ and vocab/; default: classical poems')
  .option('--pmi <file>', 'a list of bench pmi build; default: built from the corpus')
  .option(
    '--vectors <file>',
    "word vectors in word2vec's text format, for similar words; default: neighbours in the corpus",
  )
  .option('--seed <number>', 'every mask follows from it', whole(0), 1)
  .option('--length <number>', 'tokens a row, special tokens included', whole(3), 128)
  .option('--limit <number>', 'texts at most, to try things out', whole(1))
  .option('--out <file>', 'write the audit as a page with figures')
  .option('--json', 'one JSON object a policy on stdout', false)
  .addHelpText('after', '\nExample: pnpm bench mask "床前明月光，疑是地上霜" --policy whole-word,span-bert')
  .action(maskCommand);

const pmi = program.command('pmi').description('collocations of a corpus, for PMI masking');
pmi
  .command('build')
  .description('rank word n-grams by PMI and save them; without --data from all classical poems')
  .option('--data <folder>', 'a data folder with corpus/zh-modern.txt.gz')
  .option('--out <file>', 'where the list goes', 'runs/pmi.txt')
  .option('--minimum <number>', 'least count of an n-gram', whole(1), 11)
  .option(
    '--size <number>',
    'entries at most: half of 2 words, a quarter of 3, an eighth of 4 and of 5',
    whole(1),
    800_000,
  )
  .addOption(new Option('--power <number>', 'of p(n-gram) in the score').choices(['1', '2']).default('1'))
  .option('--limit <number>', 'texts at most, to try things out', whole(1))
  .option('--json', 'one JSON object on stdout', false)
  .addHelpText('after', '\nExample: pnpm bench pmi build --minimum 11 --out runs/poems.pmi.txt')
  .action(pmiBuildCommand);
pmi
  .command('show')
  .description('the best collocations of a list')
  .argument('<file>', 'a list that pmi build wrote')
  .option('--top <number>', 'of each length', whole(1), 10)
  .option('--find <text>', 'only those that hold it')
  .option('--json', 'one JSON object a collocation on stdout', false)
  .addHelpText('after', '\nExample: pnpm bench pmi show runs/poems.pmi.txt --find 明月')
  .action(pmiShowCommand);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
