import { concat, type HostTensor, type Key, reshape, type Tensor } from '@cloze/backend';
import {
  classifierHead,
  type Encoded,
  embedSentence,
  encode,
  type HeadKind,
  type SentencePooling,
} from '@cloze/encoder';
import type { TaskOutput } from '@cloze/regularisers';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelBatch } from '../model/model-batch.ts';
import type { HeadParameters, TaskBatch, TaskParameters } from './prepared-task.ts';

/** A head of the family, in training and out of it. */
export interface HeadOutputs {
  /** Weights that the checkpoint lacks; its pooler is taken over. */
  readonly freshHead: (random: { next(): number }) => HeadParameters<HostTensor>;
  /** With the key's dropout. */
  readonly train: (parameters: TaskParameters<Tensor>, batch: TaskBatch<Tensor>, key: Key | undefined) => TaskOutput;
  /** Without dropout. */
  readonly evaluate: (parameters: TaskParameters<Tensor>, batch: ModelBatch<Tensor>) => TaskOutput;
}

/** Encodes rows for a head: a T-TA's tokens see themselves there, as its authors fine-tune it. */
export const encodeRows = (
  { family, config, openLength = false }: Pick<LoadedModel, 'family' | 'config' | 'openLength'>,
  { encoder }: TaskParameters<Tensor>,
  rows: ModelBatch<Tensor>,
  key: Key | undefined,
): Encoded => encode(family, encoder, rows, config, key, { showDiagonal: true, openLength });

/** A head's maps and the language-model head's, which some families classify through. */
export const withTokenHead = ({ encoder, head }: TaskParameters<Tensor>): HeadParameters<Tensor> => ({
  ...head,
  tokenHead: encoder.languageModel,
});

type Head = ReturnType<typeof classifierHead>;
type HeadOptions = NonNullable<Parameters<Head['classify']>[2]>;

function headOutputs(
  model: LoadedModel,
  kind: HeadKind,
  outputs: number,
  logits: (
    head: Head,
    parameters: HeadParameters<Tensor>,
    encoded: Encoded,
    attend: Tensor,
    options: HeadOptions,
  ) => Tensor,
): HeadOutputs {
  const { family, config, loaded } = model;
  const head = classifierHead(family, config);
  const run = (parameters: TaskParameters<Tensor>, rows: ModelBatch<Tensor>, key: Key | undefined): TaskOutput => {
    const encoded = encodeRows(model, parameters, rows, key);
    const found = logits(head, withTokenHead(parameters), encoded, rows.attend, {
      attend: rows.attend,
      dropout: config.classifierDropout ?? config.dropout,
      key,
    });
    return { logits: found, states: encoded.hidden, attention: encoded.weights };
  };
  return {
    freshHead: (random) => head.initial(kind, outputs, random, loaded.pooler ? { pooler: loaded.pooler } : {}),
    train: run,
    evaluate: (parameters, rows) => run(parameters, rows, undefined),
  };
}

/** One vector a row: classes, or a number. Logits `[rows, outputs]`. */
export const sequenceOutputs = (model: LoadedModel, outputs: number): HeadOutputs =>
  headOutputs(model, 'sequence', outputs, (head, parameters, { hidden }, _attend, options) =>
    head.classify(parameters, hidden, options),
  );

/** A class for every token. Logits `[rows, length, outputs]`. */
export const tokenOutputs = (model: LoadedModel, outputs: number): HeadOutputs =>
  headOutputs(model, 'tokens', outputs, (head, parameters, { hidden }, _attend, options) =>
    head.labelTokens(parameters, hidden, options),
  );

/** First and last token of a span. Logits `[rows, 2, length]`. */
export const spanOutputs = (model: LoadedModel): HeadOutputs =>
  headOutputs(model, 'span', 2, (head, parameters, { hidden }, attend) => {
    const { start, end } = head.findSpan(parameters, hidden, attend);
    const [rows, length] = start.shape as [number, number];
    return concat([reshape(start, [rows, 1, length]), reshape(end, [rows, 1, length])], 1);
  });

/** One logit a candidate; a question's candidates stand in a run. Logits `[questions, choices]`. */
export const choiceOutputs = (model: LoadedModel, choices: number): HeadOutputs =>
  headOutputs(model, 'choice', 1, (head, parameters, { hidden }, _attend, options) =>
    head.choose(parameters, hidden, choices, options),
  );

/** Sentence vectors `[rows, width]` of the encoder alone. */
export const vectorOutputs =
  (model: LoadedModel, pooling: SentencePooling) =>
  (parameters: TaskParameters<Tensor>, rows: ModelBatch<Tensor>, key: Key | undefined): Tensor =>
    embedSentence(encodeRows(model, parameters, rows, key), rows.attend, pooling);
