import {
  argMax,
  bools,
  cast,
  compile,
  type Engine,
  type HostTensor,
  ints,
  type Key,
  mean,
  sparseCrossEntropy,
  type Tensor,
} from '@cloze/backend';
import { classify, type EncoderConfig, type EncoderParameters, initialLinear, type Linear } from '@cloze/encoder';
import { permutation, streamFrom } from '@cloze/random';
import { type Encoding, padEncodings } from '@cloze/tokenizer';
import {
  adamW,
  chain,
  clip,
  runTraining,
  type StepRecord,
  type StopSignal,
  schedule,
  trainingStep,
  trainingVariables,
} from '@cloze/trainer';
import { InterruptedError } from './interrupted-error.ts';
import { encodeWith, type ModelName } from './models.ts';

/** A text with its class. */
export interface Labelled {
  readonly encoding: Encoding;
  readonly label: number;
}

/** What fine-tuning needs. */
export interface FineTuneTask {
  readonly engine: Engine;
  readonly name: ModelName;
  readonly config: EncoderConfig;
  readonly parameters: EncoderParameters<HostTensor>;
  readonly padId: number;
  readonly trainRows: readonly Labelled[];
  readonly testRows: readonly Labelled[];
  readonly steps: number;
  readonly seed: number;
  readonly signal?: StopSignal | undefined;
  readonly onStep: (record: StepRecord) => void;
}

interface Inputs<T> {
  readonly ids: T;
  readonly segments: T;
  readonly attend: T;
}

const rows = 32;

/**
 * Fine-tunes a classifier over mean-pooled states and returns the predicted class of every test row.
 *
 * @throws {InterruptedError} when the signal was raised
 */
export async function fineTune({
  engine,
  name,
  config,
  parameters,
  padId,
  trainRows,
  testRows,
  steps,
  seed,
  signal,
  onStep,
}: FineTuneTask): Promise<number[]> {
  const classifier = initialLinear(config.width, 2, streamFrom(seed).fork('classifier'));
  const all = { encoder: parameters, classifier };
  const optimiser = chain(
    clip(1),
    adamW({ learningRate: schedule({ learningRate: 3e-4, warmupSteps: Math.ceil(steps * 0.1), maxSteps: steps }) }),
  );
  const variables = trainingVariables(engine, { parameters: all, optimiser });
  type All = { readonly encoder: EncoderParameters<Tensor>; readonly classifier: Linear<Tensor> };
  const logits = ({ encoder, classifier: head }: All, inputs: Inputs<Tensor>, key?: Key) => {
    const { hidden } = encodeWith(name, encoder, inputs, config, key, true);
    return classify(head, hidden, inputs.attend, { pooling: 'mean', dropout: config.dropout, key });
  };
  type Batch = { readonly inputs: Inputs<Tensor>; readonly labels: Tensor };
  const objective = (current: All, { inputs, labels }: Batch, key: Key) => ({
    loss: mean(sparseCrossEntropy(logits(current, inputs, key), labels)),
  });
  const step = trainingStep({ variables, objective, optimiser, seed: seed + 1 });
  const predict = compile(variables, (state, inputs: Inputs<Tensor>) => ({
    outputs: { classes: cast(argMax(logits(state.parameters, inputs)), 'int32') },
  }));
  const inputsOf = (chosen: readonly Labelled[]): Inputs<HostTensor> => {
    const { shape, ids, segments, attend } = padEncodings(
      chosen.map(({ encoding }) => encoding),
      { padId, buckets: [config.maximumLength] },
    );
    return { ids: ints(shape, ids), segments: ints(shape, segments), attend: bools(shape, attend) };
  };
  const batchOf = (number: number) => {
    const perEpoch = Math.max(1, Math.floor(trainRows.length / rows));
    const order = permutation(
      streamFrom(seed).fork('fine-tune order', Math.floor((number - 1) / perEpoch)),
      trainRows.length,
    );
    const at = ((number - 1) % perEpoch) * rows;
    const chosen = Array.from(
      { length: rows },
      (_, i) => trainRows[order[(at + i) % order.length] as number] as Labelled,
    );
    return {
      inputs: inputsOf(chosen),
      labels: ints(
        [rows],
        Int32Array.from(chosen, ({ label }) => label),
      ),
    };
  };
  const outcome = await runTraining({
    maxSteps: steps,
    batchOf,
    step,
    tokensOf: ({ inputs }) => Array.from(inputs.attend.values).reduce((n, x) => n + x, 0),
    signal,
    callbacks: [{ onStepEnd: onStep }],
  });
  if (outcome.reason === 'interrupted')
    throw new InterruptedError('stopped while fine-tuning; the same command begins that part again.');
  const predictions: number[] = [];
  for (let at = 0; at < testRows.length; at += rows) {
    const chosen = testRows.slice(at, at + rows);
    const filled = [...chosen, ...Array<Labelled>(rows - chosen.length).fill(testRows[0] as Labelled)];
    const { classes } = await predict(inputsOf(filled));
    predictions.push(...Array.from(classes.values).slice(0, chosen.length));
  }
  variables.dispose();
  return predictions;
}
