import {
  argMax,
  compile,
  createVariables,
  forkKey,
  type HostTensor,
  ints,
  type Key,
  rootKey,
  type Tensor,
} from '@cloze/backend';
import { bucketOf } from '@cloze/datasets';
import { classify, encode, initialLinear, modelAverage, type Pooling } from '@cloze/encoder';
import { dropTokens } from '@cloze/masking';
import { streamFrom } from '@cloze/random';
import { type Objective, semiSupervisedRDrop, tableScope, vat } from '@cloze/regularisers';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import { type EncodedExample, encodeLabelled } from './encode-labelled.ts';
import type { Lab } from './lab.ts';
import type { Labelled, OpenTask } from './open-task.ts';
import { padColumns } from './pad-columns.ts';
import type { PredictionSet } from './prediction-set.ts';
import { corpusBatches } from './pretrain-encoder.ts';
import { bucketsTo } from './pretrain-settings.ts';
import {
  type ClassifierParameters,
  type RegulariserSettings,
  regularise,
  tablePath,
  unregularised,
} from './regularise.ts';
import type { StartEncoder } from './start-encoder.ts';
import { countTokens, type RowInputs, rowInputs } from './token-inputs.ts';
import { type Trained, type TrainingSettings, trainParameters } from './train-parameters.ts';

/** How a classifier is fine-tuned. */
export interface FineTuneOptions extends TrainingSettings {
  readonly batch: number;
  /** Longest row, special tokens included. */
  readonly length: number;
  /** Share of tokens that DropToken drops in training; default 0. */
  readonly dropToken?: number;
  readonly regulariser?: RegulariserSettings;
  /** Dropout on states and embeddings in fine-tuning; default the encoder's own. */
  readonly dropout?: number;
  readonly pooling?: Pooling;
  /** T-TA: tokens see themselves. Default true. */
  readonly showDiagonal?: boolean;
  readonly phase?: string;
  /** Names the set of predictions; default the task's name. */
  readonly setName?: string;
  /** Rows without labels, a batch of them beside each labelled one. */
  readonly unlabelled?: {
    readonly kind: 'vat' | 'r-drop';
    readonly rows: readonly Labelled[];
    readonly weight: number;
  };
  /** Predictions with dropout on whose probabilities are averaged; default 0: one with dropout off. */
  readonly samples?: number;
}

/** What fine-tuning gives. */
export interface FineTuned {
  readonly set: PredictionSet;
  readonly trained: Trained<ClassifierParameters<HostTensor>>;
  readonly encoder: StartEncoder;
}

type Inputs<T> = RowInputs<T> & { readonly labels: T; readonly unlabelled?: RowInputs<T> };
const rowsAtOnce = 32;

/** A classifier's logits as a function of parameters, rows and key. */
export function classifierOf(
  { family, config }: Pick<StartEncoder, 'family' | 'config'>,
  { pooling = 'mean', showDiagonal = true }: Pick<FineTuneOptions, 'pooling' | 'showDiagonal'>,
) {
  return (
    { encoder, classifier }: ClassifierParameters<Tensor>,
    { ids, segments, attend, positionIds }: RowInputs<Tensor>,
    key: Key | undefined,
  ): Tensor => {
    const { hidden } = encode(family, encoder, { ids, segments, attend, positionIds }, config, key, { showDiagonal });
    return classify(classifier, hidden, attend, { pooling, dropout: config.dropout, key });
  };
}

/** Predicts the class of every example; lines in the examples' order. */
export async function predictClasses(
  lab: Lab,
  parameters: ClassifierParameters<HostTensor>,
  predict: ReturnType<typeof classifierOf>,
  examples: readonly EncodedExample[],
  {
    padId,
    buckets,
    samples = 0,
  }: { readonly padId: number; readonly buckets: readonly number[]; readonly samples?: number },
): Promise<number[]> {
  const variables = createVariables(lab.engine, parameters, lab.placement);
  const run = compile(variables, (state, { key, ...rows }: RowInputs<Tensor> & { readonly key: Tensor }) => {
    const logits = (name?: number) =>
      predict(state, rows, name === undefined ? undefined : forkKey(rootKey(key), `sample ${name}`));
    // Another key each time: another model of the ensemble that dropout trained.
    const averaged = samples === 0 ? logits() : modelAverage(Array.from({ length: samples }, (_, k) => logits(k)));
    return { outputs: { classes: argMax(averaged) } };
  });
  const found = new Array<number>(examples.length);
  const places = [...examples.keys()];
  for (const length of buckets) {
    const fitting = places.filter((i) => bucketOf(examples[i]?.encoding.ids.length ?? 0, buckets) === length);
    for (let at = 0; at < fitting.length; at += rowsAtOnce) {
      const chosen = fitting.slice(at, at + rowsAtOnce);
      const filled = Array.from({ length: rowsAtOnce }, (_, i) => examples[chosen[i] ?? (chosen[0] as number)]);
      const batch = padEncodings(
        filled.map((example) => (example as EncodedExample).encoding),
        { padId, buckets: [length] },
      );
      const key = ints([3], Int32Array.of(lab.seed, 0, at));
      const { classes } = await run({ ...rowInputs(batch), key });
      for (const [i, place] of chosen.entries()) found[place] = classes.values[i] as number;
    }
  }
  variables.dispose();
  return found;
}

/** Adds the term over rows without labels: VAT as published (the token table, one global norm), or R-Drop's divergence. */
function withUnlabelled(
  supervised: Objective<ClassifierParameters<Tensor>, Inputs<Tensor>>,
  model: ReturnType<typeof classifierOf>,
  { kind, weight }: NonNullable<FineTuneOptions['unlabelled']>,
): Objective<ClassifierParameters<Tensor>, Inputs<Tensor>> {
  const unlabelled = (batch: Inputs<Tensor>) => batch.unlabelled as RowInputs<Tensor>;
  return kind === 'vat'
    ? vat(supervised, { model, unlabelled, weight, scope: tableScope(tablePath) })
    : semiSupervisedRDrop(supervised, { model, unlabelled, weight });
}

/**
 * Fine-tunes a classifier on a task and predicts its dev set.
 *
 * The last step's weights are judged, not the best on the set they are judged on. Order, dropout and DropToken follow from (seed, step).
 */
export async function fineTuneClassifier(
  lab: Lab,
  start: StartEncoder,
  task: OpenTask,
  options: FineTuneOptions,
): Promise<FineTuned> {
  const { batch, length, dropToken = 0, regulariser = unregularised, dropout, samples = 0, unlabelled } = options;
  const { phase = `fine-tune ${task.name}`, setName = task.name } = options;
  const own = dropout === undefined ? start : { ...start, config: { ...start.config, dropout } };
  const tokenizer = own.tokenizer(length);
  const [train, dev] = await Promise.all(
    [task.train, task.dev].map((rows) => encodeLabelled(tokenizer, rows, task.labels)),
  );
  if (!train || !dev) throw new RangeError(`${task.name} has no rows.`);
  const buckets = bucketsTo(length);
  const predict = classifierOf(own, options);
  const planOf = corpusBatches(
    train.map(({ encoding }) => encoding),
    { batch, buckets, seed: lab.seed },
  );
  const drops = streamFrom(lab.seed).fork('drop token');
  const padId = own.special.pad;
  const supervised = regularise<Inputs<Tensor>>(predict, regulariser);
  const others = unlabelled ? await tokenizer.encodeBatch(unlabelled.rows.map(({ texts }) => texts[0])) : undefined;
  const othersOf = others && corpusBatches(others, { batch, buckets, seed: lab.seed + 1 });
  const unlabelledAt = (step: number) => {
    const plan = (othersOf as NonNullable<typeof othersOf>)(step);
    return rowInputs(
      padEncodings(
        Array.from(plan.rows, (i) => (others as NonNullable<typeof others>)[i] as Encoding),
        { padId, buckets: [plan.length] },
      ),
    );
  };
  const trained = await trainParameters<ClassifierParameters<HostTensor>, Inputs<Tensor>>(lab, {
    ...options,
    phase,
    parameters: {
      encoder: own.parameters,
      classifier: initialLinear(own.config.width, task.labels.length, streamFrom(lab.seed).fork('classifier')),
    },
    objective: unlabelled ? withUnlabelled(supervised, predict, unlabelled) : supervised,
    batchOf: (step) => {
      const plan = planOf(step);
      const chosen = Array.from(plan.rows, (i) => train[i] as EncodedExample);
      const padded = padEncodings(
        chosen.map(({ encoding }) => encoding),
        { padId, buckets: [plan.length] },
      );
      const labels = ints(
        [chosen.length],
        Int32Array.from(chosen, ({ label }) => label),
      );
      const more = unlabelled && { unlabelled: unlabelledAt(step) };
      if (dropToken === 0)
        return { inputs: { ...rowInputs(padded), labels, ...more }, tokens: countTokens(padded.attend) };
      const ofStep = drops.fork(step);
      const kept = dropTokens(padded, { rate: dropToken, padId, randomOf: (row) => ofStep.fork(row) });
      // Rows became shorter: the next bucket that holds the longest.
      const shorter = padColumns(kept, Math.min(plan.length, bucketOf(kept.shape[1], bucketsTo(length))), padId);
      return { inputs: { ...rowInputs(shorter), labels, ...more }, tokens: countTokens(shorter.attend) };
    },
  });
  const classes = await predictClasses(lab, trained.parameters, predict, dev, { padId, buckets, samples });
  return {
    trained,
    encoder: { ...own, parameters: trained.parameters.encoder },
    set: {
      name: setName,
      kind: 'class',
      lines: dev.map(({ id, label }, i) => ({
        id,
        label: task.labels[label] as string,
        prediction: task.labels[classes[i] as number] as string,
      })),
    },
  };
}
