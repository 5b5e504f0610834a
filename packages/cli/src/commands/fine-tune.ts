import type { FineTuneSettings, LoraSettings, Task, UpdateSettings } from '@cloze/models';
import { fineTune, openModel } from '@cloze/models/node';
import { regulariserNamed } from '@cloze/regularisers';
import type { Command } from 'commander';
import { engineOf, specialInTextOption } from '../terminal/engine-option.ts';
import { checkModelFolder } from '../terminal/model-folder.ts';
import { names, real, reals } from '../terminal/real.ts';
import { stopSignals } from '../terminal/stop-signals.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { whole } from '../terminal/whole.ts';
import { defined } from '../training/defined.ts';
import { type NamedData, namedData } from '../training/named-data.ts';
import { showFigures } from '../training/show-figures.ts';
import { addTaskOptions, type TaskOptions, taskFrom } from '../training/task-options.ts';
import { joinTrainingJob } from '../training/training-job.ts';
import { addTrainingOptions, meetingOf, settingsOf, type TrainingPlaceOptions } from '../training/training-options.ts';
import { watchTraining } from '../training/watch-training.ts';

/** Settings of a fine-tuning that other trainings lack, by the names of `fineTune`'s. */
interface FineTuneSettingsOptions
  extends Pick<
    FineTuneSettings<Task>,
    | 'epochs'
    | 'maxSteps'
    | 'layerwiseDecay'
    | 'freeze'
    | 'maximumLength'
    | 'seeds'
    | 'devShare'
    | 'removeDuplicates'
    | 'evalSteps'
    | 'earlyStoppingPatience'
  > {
  readonly regulariser?: NamedData;
  readonly lora?: number;
  readonly loraAlpha?: number;
  readonly loraTargets?: readonly string[];
  readonly searchLearningRate?: readonly number[];
  readonly searchBatchSize?: readonly number[];
  readonly searchEpochs?: readonly number[];
}

interface FineTuneCommandOptions extends TaskOptions, UpdateSettings, FineTuneSettingsOptions, TrainingPlaceOptions {
  readonly model: string;
  readonly dev?: string;
  readonly output?: string;
}

/** The settings that options name; those left out are left to `fineTune`. */
function settingsFrom(options: FineTuneCommandOptions): FineTuneSettings<Task> {
  const { lora: rank, loraAlpha: alpha, loraTargets: targets, regulariser } = options;
  if (rank === undefined && (alpha !== undefined || targets !== undefined))
    throw new UsageError('--lora-alpha and --lora-targets belong to --lora RANK.');
  const lora: LoraSettings | undefined = rank === undefined ? undefined : { rank, ...defined({ alpha, targets }) };
  const search = defined({
    learningRate: options.searchLearningRate,
    batchSize: options.searchBatchSize,
    epochs: options.searchEpochs,
  });
  return {
    task: taskFrom(options),
    ...settingsOf(options),
    ...defined({
      epochs: options.epochs,
      maxSteps: options.maxSteps,
      layerwiseDecay: options.layerwiseDecay,
      freeze: options.freeze,
      maximumLength: options.maximumLength,
      seeds: options.seeds,
      devShare: options.devShare,
      removeDuplicates: options.removeDuplicates,
      evalSteps: options.evalSteps,
      earlyStoppingPatience: options.earlyStoppingPatience,
    }),
    ...(lora && { lora }),
    ...(regulariser && { regulariser: regulariserNamed(regulariser) }),
    ...(Object.keys(search).length > 0 && { search }),
  };
}

/** Fine-tunes a model on the rows of a file, tells what came out, and saves it. */
export async function fineTuneCommand(file: string, options: FineTuneCommandOptions): Promise<void> {
  const { model: name, dev, output, out, json, tensorboard, mlflow } = options;
  const settings = settingsFrom(options);
  if (out === undefined && output === undefined)
    throw new UsageError('give --out (a folder for the model), --output (a folder for the run), or both.');
  if (out !== undefined) checkModelFolder(out, name);
  const { engine, placement, specialInText } = engineOf(options);
  const { replicas, first, say, end } = await joinTrainingJob(meetingOf(options));
  const model = await openModel(name, { engine, placement, say, specialInText });
  const { seeds = 1 } = settings;
  const list = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i + 1) : seeds;
  const watching = {
    tensorboard,
    mlflow,
    parameters: { file, model: name, task: settings.task.kind },
    trainings: list.map((seed) => `seed-${seed}`),
  };
  try {
    const files = { train: file, ...defined({ dev, output }) };
    const run = await fineTune(
      model,
      { ...settings, ...files },
      { placement, callbacks: first ? watchTraining(watching) : [], say, signal: stopSignals(say), replicas },
    );
    try {
      if (first && out !== undefined) await run.model.save(out);
      const dev = Object.keys(run.dev).length === 0 ? 'not judged' : `dev ${showFigures(run.dev)}`;
      if (first) process.stdout.write(json ? `${JSON.stringify(run.record)}\n` : `${dev}   → ${out ?? output}\n`);
    } finally {
      run.model.dispose();
    }
  } finally {
    model.dispose();
  }
  end();
}

/** A number of seeds, or a list of them. */
function seedsFrom(text: string): number | readonly number[] {
  return text.includes(',') ? text.split(',').map(whole(0)) : whole(1, 10_000)(text);
}

/** Declares `cloze fine-tune`. */
export function addFineTune(program: Command): void {
  const command = program
    .command('fine-tune')
    .description('learn classes, numbers, tags, spans, choices, vectors or texts from the rows of a file')
    .argument('<file>', 'CSV, TSV, JSON, JSON lines or Parquet, .gz or not; a pattern in quotes for several')
    .requiredOption('--model <model>', 'a folder as Hugging Face lays it out, or a hub id')
    .option('--dev <file>', 'rows to be judged on; default: a tenth of FILE kept aside')
    .option('--output <run>', 'a folder for checkpoints and the record; a run that is there goes on')
    .addOption(specialInTextOption());
  addTaskOptions(command)
    .option('--epochs <number>', 'passes over the rows, default 3', real)
    .option('--max-steps <number>', 'updates, in place of --epochs', whole(1))
    .option('--seeds <number or list>', 'trainings, each with its seed; default 1', seedsFrom)
    .option('--regulariser <name>', 'such as r-drop:alpha=4, or JSON', namedData)
    .option('--maximum-length <number>', "tokens a row, default the model's", whole(4))
    .option('--layerwise-decay <factor>', 'by which rates fall from layer to layer', real)
    .option('--freeze <parts>', 'that stay as they are: embeddings,layers/0 or encoder', names)
    .option('--lora <rank>', 'train narrow products beside kernels instead of the encoder', whole(1))
    .option('--lora-alpha <number>', 'default twice the rank', real)
    .option('--lora-targets <names>', 'default query,value', names)
    .option('--search-learning-rate <list>', 'values to choose from on a part of train, such as 1e-5,3e-5', reals)
    .option('--search-batch-size <list>', 'values to choose from', reals)
    .option('--search-epochs <list>', 'values to choose from', reals)
    .option('--dev-share <share>', 'of the rows, kept aside without --dev; default 0.1', real)
    .option('--no-remove-duplicates', 'keep rows that stand twice, or in dev')
    .option('--eval-steps <number>', 'updates between evaluations, default an epoch', whole(1))
    .option('--early-stopping-patience <number>', 'evaluations without improvement to stop after', whole(1));
  addTrainingOptions(command)
    .addHelpText(
      'after',
      `
The task is told from the columns: --text --label is a classification, --text --value a regression, --words --tags tags words, and so on.
Ctrl-C saves in --output and stops; the same command goes on.

Example: cloze fine-tune reviews.csv --text review --label stars --model bert-base-chinese --regulariser r-drop --out reviews-model`,
    )
    .action(fineTuneCommand);
}
