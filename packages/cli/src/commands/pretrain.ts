import { families } from '@cloze/encoder';
import type { FreshFamily, PretrainStage, UpdateSettings } from '@cloze/models';
import { type PretrainOptions, pretrain } from '@cloze/models/node';
import { type Command, Option } from 'commander';
import { engineOf } from '../terminal/engine-option.ts';
import { checkModelFolder } from '../terminal/model-folder.ts';
import { real } from '../terminal/real.ts';
import { stopSignals } from '../terminal/stop-signals.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { whole } from '../terminal/whole.ts';
import { defined } from '../training/defined.ts';
import { loadPolicy } from '../training/load-policy.ts';
import { type NamedData, namedData } from '../training/named-data.ts';
import { showFigure } from '../training/show-figures.ts';
import { stageOption } from '../training/stage-option.ts';
import { readTokenClasses } from '../training/token-classes.ts';
import { joinTrainingJob } from '../training/training-job.ts';
import { addTrainingOptions, meetingOf, settingsOf, type TrainingPlaceOptions } from '../training/training-options.ts';
import { watchTraining } from '../training/watch-training.ts';

interface PretrainCommandOptions extends UpdateSettings, TrainingPlaceOptions {
  readonly model?: string;
  readonly addTokens?: string;
  readonly family?: FreshFamily;
  readonly layers?: number;
  readonly width?: number;
  readonly heads?: number;
  readonly feedForwardWidth?: number;
  readonly vocabularySize?: number;
  readonly initializerRange?: number;
  readonly mask?: NamedData;
  readonly maskModule?: string;
  readonly stage?: readonly PretrainStage[];
  readonly adaptive?: number | true;
  readonly adaptiveClasses?: string;
  readonly pmi?: string;
  readonly vectors?: string;
  readonly maxSteps: number;
  readonly length?: number;
  readonly seed?: number;
  readonly column?: string;
  readonly heldOut?: string;
  readonly heldOutRows?: number;
  readonly output: string;
}

/** What is hidden and asked, where the options say it. */
async function maskOf({ mask, maskModule, stage }: PretrainCommandOptions) {
  if (mask && maskModule !== undefined) throw new UsageError('give --mask or --mask-module, not both.');
  if (stage && (mask ?? maskModule) !== undefined)
    throw new UsageError('give --stage, or --mask or --mask-module, not both.');
  if (mask === undefined) return maskModule === undefined ? undefined : loadPolicy(maskModule);
  const { name: preset, ...more } = mask;
  return { ...more, preset };
}

/** How masks follow the model, where the options say it. */
async function followingOf({ adaptive, adaptiveClasses }: PretrainCommandOptions) {
  if (adaptive === undefined && adaptiveClasses === undefined) return undefined;
  return {
    ...(typeof adaptive === 'number' && { every: adaptive }),
    ...(adaptiveClasses !== undefined && { by: 'loss' as const, classes: await readTokenClasses(adaptiveClasses) }),
  };
}

/** Pretrains on text, or goes on from a checkpoint, tells how held-out text surprises the model, and saves it. */
export async function pretrainCommand(corpus: readonly string[], options: PretrainCommandOptions): Promise<void> {
  const { model: base, output, out, maxSteps, json, tensorboard, mlflow } = options;
  if (base === undefined && (options.layers === undefined || options.width === undefined))
    throw new UsageError('give --layers and --width for fresh weights, or --model to go on from a checkpoint.');
  if (out !== undefined) checkModelFolder(out, base);
  const { engine, placement } = engineOf(options);
  const given: PretrainOptions = {
    corpus,
    output,
    maxSteps,
    placement,
    ...settingsOf(options),
    ...defined({
      engine,
      mask: await maskOf(options),
      stages: options.stage,
      adaptive: await followingOf(options),
      collocations: options.pmi,
      wordVectors: options.vectors,
      model: base,
      addTokens: options.addTokens,
      family: options.family,
      layers: options.layers,
      width: options.width,
      heads: options.heads,
      feedForwardWidth: options.feedForwardWidth,
      vocabularySize: options.vocabularySize,
      initializerRange: options.initializerRange,
      length: options.length,
      seed: options.seed,
      column: options.column,
      heldOut: options.heldOut,
      heldOutRows: options.heldOutRows,
    }),
  };
  const parameters = { corpus: corpus.join(' '), maxSteps, ...defined({ model: base }) };
  const { replicas, first, say, end } = await joinTrainingJob(meetingOf(options));
  const run = await pretrain(given, {
    callbacks: first ? watchTraining({ tensorboard, mlflow, parameters }) : [],
    say,
    signal: stopSignals(say),
    replicas,
  });
  try {
    if (first && out !== undefined) await run.model.save(out);
    if (first)
      process.stdout.write(
        json
          ? `${JSON.stringify(run.record)}\n`
          : `held-out ${showFigure('pseudoPerplexity', run.heldOut.pseudoPerplexity)}   → ${out ?? output}\n`,
      );
  } finally {
    run.model.dispose();
  }
  end();
}

const familyNames: readonly FreshFamily[] = [...families.map(({ name }) => name), 'left-to-right'];

/** Declares `cloze pretrain`. */
export function addPretrain(program: Command): void {
  const command = program
    .command('pretrain')
    .description('learn a language model from text: fresh, or going on from a checkpoint')
    .argument('<corpus...>', 'text files, .gz or not, a document a line; patterns in quotes; of tables --column')
    .requiredOption('--output <run>', 'a folder for checkpoints, the corpus in shards and the record; a run goes on')
    .requiredOption('--max-steps <number>', 'updates', whole(1))
    .option('--model <model>', 'go on from this folder or hub id, its family and tokenizer kept')
    .option('--add-tokens <file>', 'with --model: words that become tokens, one a line')
    .option('--layers <number>', 'of fresh weights', whole(1))
    .option('--width <number>', 'features of each position', whole(1))
    .option('--heads <number>', 'default one for 64 features', whole(1))
    .option('--feed-forward-width <number>', 'default 4 · width', whole(1))
    .option('--vocabulary-size <number>', 'tokens learnt from the corpus, default 8000', whole(8))
    .option('--initializer-range <number>', 'standard deviation of fresh weights, default 0.02', real)
    .addOption(new Option('--family <name>', 'default bert').choices(familyNames))
    .option('--mask <name>', 'what is hidden and asked: a preset, with options such as whole-word:rate=0.3', namedData)
    .option('--mask-module <file>', 'a module that exports a masking policy of your own')
    .option(
      '--stage <share:question>',
      'parts one after another instead of --mask, each --stage one: 0.5:causal, 0.5:whole-word:rate=0.3,rateTo=0.15; shares add up to 1',
      stageOption,
    )
    .option(
      '--adaptive [steps]',
      'hide tokens less often that it gets right; steps between two changes, default 200',
      whole(2),
    )
    .option(
      '--adaptive-classes <file>',
      'hide classes of tokens more often whose loss is high: a table with the columns token and class, such as parts of speech',
    )
    .option('--pmi <file>', 'a list of cloze pmi build, for --mask pmi')
    .option('--vectors <file>', "word vectors in word2vec's text format, for --mask mac-bert")
    .option('--length <number>', 'tokens a row, default 128', whole(8))
    .option('--seed <number>', 'default 1', whole(0))
    .option('--column <name>', 'of tables, default text')
    .option('--held-out <files>', 'text that is judged on; default: some of the corpus, not learnt from')
    .option('--held-out-rows <number>', 'rows judged, default 200', whole(0));
  addTrainingOptions(command)
    .addHelpText(
      'after',
      `
Ctrl-C saves in --output and stops; the same command goes on.

Examples: cloze pretrain corpus.txt.gz --layers 4 --width 256 --max-steps 20000 --mask whole-word:rate=0.3 --output runs/mine --out mine
          cloze pretrain corpus.txt --layers 4 --width 256 --max-steps 20000 --stage 0.5:causal --stage 0.5:mntp --output runs/two
          cloze pretrain "reports/*.txt" --model bert-base-chinese --add-tokens words.txt --max-steps 5000 --output runs/domain`,
    )
    .action(pretrainCommand);
}
