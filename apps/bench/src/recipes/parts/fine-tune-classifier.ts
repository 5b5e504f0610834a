import { constant, forkKey, type Key, mean, rootKey, softmax, sparseCrossEntropy, type Tensor } from '@cloze/backend';
import { clueTasks } from '@cloze/datasets';
import { classify, encode, initialLinear, type Linear, modelAverage } from '@cloze/encoder';
import {
  type ClassPrediction,
  classification,
  type LoadedModel,
  type ModelBatch,
  type PreparedTask,
  prepareTask,
  type TaskBatch,
  type TaskParameters,
  type TextInput,
} from '@cloze/models';
import { streamFrom } from '@cloze/random';
import { objectiveOf, semiSupervisedRDrop, type TaskOutput, tableScope, vat } from '@cloze/regularisers';
import type { RunResult } from '../define-recipe.ts';
import type { Lab } from './lab.ts';
import { taskOf } from './open-benchmark-task.ts';
import { openStart } from './open-start.ts';
import { type Labelled, type OpenTask, openTask } from './open-task.ts';
import type { PredictionSet } from './prediction-set.ts';
import { type RegulariserSettings, regulariserOf, unregularised } from './regulariser-settings.ts';
import type { TrainingMeasures } from './train-parameters.ts';
import { type TuneOptions, tuneOnTask } from './tune-on-task.ts';
import { type ClassifierSettings, learningOf, type TuneSettings } from './tune-settings.ts';
import { wholeTask } from './whole-task.ts';

/** Rows without labels that are learnt from too. */
interface Unlabelled {
  readonly kind: 'vat' | 'r-drop';
  readonly rows: readonly Labelled[];
  readonly weight: number;
}

/** What a recipe's classifier does otherwise than the package's. */
interface ClassifierOptions {
  /** T-TA: tokens see themselves. Default true. */
  readonly showDiagonal?: boolean;
  /** Predictions with dropout on whose probabilities are averaged; default 0: one with dropout off. */
  readonly samples?: number;
  readonly unlabelled?: Unlabelled;
}

/** How a classifier is fine-tuned. */
export interface FineTuneOptions extends Omit<TuneOptions, 'regulariser'>, ClassifierOptions {
  readonly regulariser?: RegulariserSettings;
  /** Dropout on states and embeddings in fine-tuning; default the encoder's own. */
  readonly dropout?: number;
  readonly phase?: string;
  /** Names the set of predictions; default the task's name. */
  readonly setName?: string;
}

/**
 * The package's classification, but for its head: one linear map over the mean of the tokens, which encoders of every family have alike, trained
 * with a pooler or not; with a term over rows without labels where there are some, and an ensemble's answer where one is asked for.
 */
function meanPooled(
  model: LoadedModel,
  task: PreparedTask<TextInput, ClassPrediction>,
  seed: number,
  { showDiagonal = true, samples = 0, unlabelled }: ClassifierOptions,
): PreparedTask<TextInput, ClassPrediction> {
  const { family, config } = model;
  const logitsOf = (
    { encoder, head }: TaskParameters<Tensor>,
    rows: ModelBatch<Tensor>,
    key: Key | undefined,
  ): Tensor => {
    const { hidden } = encode(family, encoder, rows, config, key, { showDiagonal });
    return classify(head.classifier as Linear<Tensor>, hidden, rows.attend, {
      pooling: 'mean',
      dropout: config.dropout,
      key,
    });
  };
  const supervised = objectiveOf<TaskParameters<Tensor>, TaskBatch<Tensor>, TaskOutput>(
    (...operands) => ({ logits: logitsOf(...operands) }),
    ({ logits }, { targets }) => mean(sparseCrossEntropy(logits, targets.labels as Tensor)),
  );
  const others = (batch: TaskBatch<Tensor>) => batch.unlabelled as ModelBatch<Tensor>;
  const term = unlabelled && { model: logitsOf, unlabelled: others, weight: unlabelled.weight };
  return {
    ...task,
    freshHead: () => ({
      classifier: initialLinear(config.width, task.labels.length, streamFrom(seed).fork('classifier')),
    }),
    // VAT as published: over the token table, with one global norm.
    objective: !term
      ? supervised
      : unlabelled.kind === 'vat'
        ? vat(supervised, { ...term, scope: tableScope('encoder/embeddings/tokenTable') })
        : semiSupervisedRDrop(supervised, term),
    answer: (parameters, rows) => {
      if (samples === 0) return { probabilities: softmax(logitsOf(parameters, rows, undefined)) };
      const key = rootKey(constant([seed, 0, 0], [3], 'int32'));
      // Another key each time: another model of the ensemble that dropout trained.
      const each = Array.from({ length: samples }, (_, k) => logitsOf(parameters, rows, forkKey(key, `sample ${k}`)));
      return { probabilities: softmax(modelAverage(each)) };
    },
  };
}

/** What an answer gives a class; what rounds to 0 counts as the least that float32 tells from it. */
const chanceOf = (answer: ClassPrediction | undefined, label: string) =>
  Math.max(answer?.probabilities[label] ?? 0, 2 ** -149);

/** Fine-tunes a classifier on a task and predicts its dev set; beside what training measures, its mean loss on dev, in nats. */
export async function fineTuneClassifier(
  lab: Lab,
  start: LoadedModel,
  { name, labels, ...rows }: OpenTask,
  { dropout, regulariser = unregularised, phase = `fine-tune ${name}`, setName = name, ...options }: FineTuneOptions,
): Promise<{ readonly set: PredictionSet; readonly measures: TrainingMeasures & { readonly devLoss: number } }> {
  const model = dropout === undefined ? start : { ...start, config: { ...start.config, dropout } };
  const paired = rows.train.some(({ texts }) => texts.length === 2);
  const columns = classification({ text: 'text', label: 'label', ...(paired && { pair: 'pair' }) });
  const prepared = prepareTask(columns, { model, labels });
  const tableOf = (given: readonly Labelled[]) =>
    given.map(({ texts: [text, pair], label }) => ({ text, pair, label }));
  const { judged, measures } = await tuneOnTask(
    lab,
    phase,
    model,
    columns,
    (seed) => meanPooled(model, prepared, seed, options),
    {
      train: tableOf(rows.train),
      dev: tableOf(rows.dev),
      unlabelled: options.unlabelled?.rows.map(({ texts }) => texts[0]),
    },
    { ...options, regulariser: regulariserOf(regulariser) },
  );
  const devLoss = rows.dev.reduce((sum, { label }, i) => sum - Math.log(chanceOf(judged[i]?.prediction, label)), 0);
  return {
    measures: { ...measures, devLoss: devLoss / rows.dev.length },
    set: {
      name: setName,
      kind: 'class',
      lines: rows.dev.map(({ id, label }, i) => ({ id, label, prediction: judged[i]?.prediction.label as string })),
    },
  };
}

/** A task with the rows that settings ask for. */
const tunedTask = (lab: Lab, name: string, { whole, limits }: ClassifierSettings): OpenTask =>
  openTask(lab, whole ? wholeTask(lab, taskOf(name, clueTasks)) : name, limits);

/** The usual run of a recipe that only fine-tunes: the encoder it is given, one task, one set of predictions. @param own what the recipe does otherwise @param prepare changes the encoder first */
export async function tuneFromStart(
  lab: Lab,
  { tune, task }: { readonly tune: ClassifierSettings; readonly task: string },
  own: Omit<FineTuneOptions, keyof ReturnType<typeof learningOf>> = {},
  prepare: (start: LoadedModel) => LoadedModel = (start) => start,
): Promise<RunResult> {
  const start = prepare(await openStart(lab));
  const open = tunedTask(lab, task, tune);
  const options = { ...learningOf(tune, open.train.length), ...own };
  const { set, measures } = await fineTuneClassifier(lab, start, open, options);
  return { predictions: [set], measures: { ...measures } };
}

/** Fine-tunes one encoder on several tasks, each time from its own weights. @param suffix added to the names of the prediction sets */
export async function tuneOnTasks(
  lab: Lab,
  encoder: LoadedModel,
  { tune, tasks }: { readonly tune: TuneSettings; readonly tasks: readonly string[] },
  suffix = '',
): Promise<PredictionSet[]> {
  const predictions: PredictionSet[] = [];
  for (const name of tasks) {
    const options = { ...tune.train, length: tune.length, setName: `${name}${suffix}` };
    predictions.push((await fineTuneClassifier(lab, encoder, openTask(lab, name, tune.limits), options)).set);
  }
  return predictions;
}
