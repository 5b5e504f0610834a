import { optimiserNames, type UpdateSettings } from '@cloze/models';
import { scheduleTypes } from '@cloze/trainer';
import { type Command, Option } from 'commander';
import { addEngineOptions, type EngineOptions } from '../terminal/engine-option.ts';
import { real } from '../terminal/real.ts';
import { whole } from '../terminal/whole.ts';
import { defined } from './defined.ts';

/** Where a training runs, and who is told of it. */
export interface TrainingPlaceOptions extends EngineOptions {
  readonly out?: string;
  readonly tensorboard?: string;
  readonly mlflow?: string;
  readonly deadline?: number;
  readonly interface?: string;
  readonly exchange?: 'float32' | 'bfloat16';
  readonly json: boolean;
}

/** The settings among the options; those left out are left to the function. */
export const settingsOf = (options: UpdateSettings) =>
  defined({
    batchSize: options.batchSize,
    gradientAccumulationSteps: options.gradientAccumulationSteps,
    learningRate: options.learningRate,
    lrSchedulerType: options.lrSchedulerType,
    warmupRatio: options.warmupRatio,
    decayRatio: options.decayRatio,
    weightDecay: options.weightDecay,
    maxGradNorm: options.maxGradNorm,
    optimiser: options.optimiser,
    dropout: options.dropout,
    precision: options.precision,
    nonFinite: options.nonFinite,
  });

/** How replicas meet, among the options. */
export const meetingOf = ({ deadline, interface: name, exchange }: TrainingPlaceOptions) =>
  defined({ deadline, interface: name, exchange });

/** Adds the options of every training. */
export const addTrainingOptions = (command: Command): Command =>
  addEngineOptions(
    command
      .option('--batch-size <number>', 'rows of an update, default 32', whole(1))
      .option('--gradient-accumulation-steps <number>', 'parts an update is cut into to fit in memory', whole(1))
      .option('--learning-rate <number>', 'the highest rate', real)
      .addOption(new Option('--lr-scheduler-type <name>', 'default linear').choices(scheduleTypes))
      .option('--warmup-ratio <share>', 'share of the steps in which the rate rises', real)
      .option('--decay-ratio <share>', 'share of the steps in which warmup_stable_decay falls, default 0.2', real)
      .option('--weight-decay <number>', 'default 0.01', real)
      .option('--max-grad-norm <number>', 'default 1; 0 does not clip', real)
      .addOption(new Option('--optimiser <name>', 'default adamw').choices(optimiserNames))
      .option('--dropout <share>', "default the model's own", real)
      .addOption(new Option('--precision <type>', 'of matrix products').choices(['float32', 'bfloat16']))
      .addOption(
        new Option('--non-finite <rule>', 'what a loss that is no number does, default stop').choices(['stop', 'skip']),
      )
      .option('--out <model>', 'the folder the model is saved in, as Hugging Face lays it out')
      .option('--tensorboard <folder>', 'write event files there')
      .option('--mlflow <uri>', 'report to an MLflow server')
      .option('--deadline <seconds>', 'under mpirun: how long replicas wait for one another, default 300', real)
      .option('--interface <name>', 'under mpirun, on Linux: the only network interface a replica is reached by')
      .addOption(
        new Option('--exchange <type>', 'under mpirun: how gradients travel, default float32').choices([
          'float32',
          'bfloat16',
        ]),
      )
      .option('--json', "the run's record as JSON on stdout", false),
  );
