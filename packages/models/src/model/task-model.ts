import type { Engine, HostTensor, Placement } from '@cloze/backend';
import { anything, checkOptions } from '@cloze/checks';
import type { Table } from '@cloze/datasets';
import type { FigureOverSeeds } from '@cloze/eval';
import { type Answers, judgeRows } from '../evaluate/judge-rows.ts';
import { figuresOverSeeds } from '../fine-tune/figures.ts';
import { type Predictor, predictorOf } from '../predict/predictor.ts';
import type { PreparedTask, TaskParameters } from '../tasks/prepared-task.ts';
import type { Task } from '../tasks/task.ts';
import type { FigureOf, InputOf, PredictionOf } from '../tasks/task-kinds.ts';
import { type LoadedModel, loadModel } from './loaded-model.ts';
import { createModel, type Model } from './model.ts';
import { taskTokenizer } from './task-tokenizer.ts';

/** A model that has learnt a task. */
export interface TaskModel<T extends Task = Task> extends Omit<Model, 'predict'> {
  readonly task: T;
  /** Names of classes or tags; empty for tasks without. */
  readonly labels: readonly string[];
  /** Predictions of inputs, in their order. */
  predict(inputs: readonly InputOf<T>[]): Promise<PredictionOf<T>[]>;
  /** Figures of predictions on the rows of a table, with their intervals over rows. @throws {TableError} for rows without what the task reads */
  evaluate(table: Table): Promise<Readonly<Record<FigureOf<T>, FigureOverSeeds>>>;
}

/** Predictions of inputs by a model's own weights: in one pass, or as the task writes them. */
export function answersOf<Input, Prediction>(
  model: LoadedModel,
  task: PreparedTask<Input, Prediction>,
  maximumLength: number,
): Answers<Input, Prediction> {
  const tokenizer = taskTokenizer(model, maximumLength);
  let made: Predictor<Input, Prediction> | undefined;
  const ask: Predictor<Input, Prediction> = (inputs) => {
    made ??= predictorOf(model, task, model.variables(), (weights) => weights);
    return made(inputs);
  };
  return {
    tokenizer,
    predict: (inputs) => (task.write ? task.write({ encoder: model.parameters, head: {} }, inputs) : ask(inputs)),
  };
}

/**
 * A model with a task's weights, on the engine of the one it was learnt from, which stays as it was.
 *
 * @param parameters the encoder and head that were learnt @param maximumLength rows are cut there
 */
export function createTaskModel<T extends Task>(
  from: LoadedModel,
  prepared: PreparedTask<InputOf<T>, PredictionOf<T>>,
  task: T,
  parameters: TaskParameters<HostTensor>,
  maximumLength: number,
  options: { readonly engine?: Engine; readonly placement?: Placement } = {},
): TaskModel<T> {
  checkOptions('createTaskModel', options, { engine: anything, placement: anything });
  const { engine = from.engine, placement } = options;
  const { encoder, head } = parameters;
  const { head: kind, problemType } = prepared.saved;
  const { classifier: _c, classifierDense: _d, span: _s, crf: _f, head: _h, ...kept } = from.loaded;
  const loaded = loadModel(
    from.name,
    {
      ...kept,
      parameters: encoder,
      ...head,
      ...(kind && {
        head: {
          kind,
          ...(prepared.labels.length > 0 && { labels: prepared.labels }),
          ...(problemType && { problemType }),
        },
      }),
    },
    engine,
    placement,
    from.specialInText,
  );
  const answers = answersOf(loaded, prepared, maximumLength);
  return {
    ...createModel(loaded),
    task,
    labels: prepared.labels,
    predict: async (inputs) => answers.predict(await prepared.encode(inputs, answers.tokenizer)),
    evaluate: async (table) =>
      figuresOverSeeds(prepared.metrics, [await judgeRows(table, prepared, answers)]) as Readonly<
        Record<FigureOf<T>, FigureOverSeeds>
      >,
  };
}
