import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { anything, checkOptions, listOf, text } from '@cloze/checks';
import { mlflow, progressBar, type TrainingCallback, tensorBoard } from '@cloze/trainer';
import { appendTo } from '@cloze/trainer/node';

/** Who is told of a training. */
export interface Watching {
  readonly tensorboard?: string | undefined;
  readonly mlflow?: string | undefined;
  /** What is shown beside the run on a server. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** Trainings that follow one another, by name; one of them needs none. Default one. */
  readonly trainings?: readonly string[];
}

/** A callback for each training, in their order: those that write files need one of their own each. */
function eachTraining(trainings: readonly string[], make: (training: string | undefined) => TrainingCallback) {
  let begun = 0;
  let current: TrainingCallback = {};
  const watching: TrainingCallback = {
    onTrainBegin: (run) => {
      current = make(trainings.length > 1 ? trainings[begun] : undefined);
      begun++;
      return current.onTrainBegin?.(run);
    },
    onLog: (...log) => current.onLog?.(...log),
    onEvaluate: (step, metrics) => current.onEvaluate?.(step, metrics),
    onTrainEnd: (outcome) => current.onTrainEnd?.(outcome),
  };
  return watching;
}

/** What shows a training to people: a bar on a terminal, plain lines elsewhere, TensorBoard's files, an MLflow server. */
export function watchTraining(options: Watching): readonly TrainingCallback[] {
  checkOptions('watchTraining', options, {
    tensorboard: text,
    mlflow: text,
    parameters: anything,
    trainings: listOf(text),
  });
  const { tensorboard, mlflow: trackingUri, parameters = {}, trainings = [] } = options;
  const now = () => Date.now() / 1000;
  return [
    progressBar({
      write: (bar) => process.stderr.write(bar),
      now: () => performance.now() / 1000,
      redraw: process.stderr.isTTY === true,
    }),
    ...(tensorboard === undefined
      ? []
      : [
          eachTraining(trainings, (training) => {
            const folder = training === undefined ? tensorboard : join(tensorboard, training);
            mkdirSync(folder, { recursive: true });
            const append = appendTo(
              join(folder, `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}`),
            );
            return tensorBoard({ append, now });
          }),
        ]),
    ...(trackingUri === undefined
      ? []
      : [
          eachTraining(trainings, (training) =>
            mlflow({
              trackingUri,
              parameters,
              fetch,
              now: Date.now,
              ...(training !== undefined && { runName: training }),
            }),
          ),
        ]),
  ];
}
