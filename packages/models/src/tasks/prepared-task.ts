import type { HostTensor, Tensor } from '@cloze/backend';
import type { EncoderParameters, HeadParameters } from '@cloze/encoder';
import type { Objective, TaskOutput } from '@cloze/regularisers';
import type { NativeTokenizer, PlacedEncoding, TokenBatch } from '@cloze/tokenizer';
import type { LoadedModel } from '../model/loaded-model.ts';
import type { ModelBatch } from '../model/model-batch.ts';
import type { Note, Row } from './row.ts';

export type { HeadParameters };

/** What is trained: the encoder and the head of a task. */
export interface TaskParameters<T> {
  readonly encoder: EncoderParameters<T>;
  readonly head: HeadParameters<T>;
}

/** Rows with what is asked of them; `targets` are a task's own, by name. */
export interface TaskBatch<T> extends ModelBatch<T> {
  readonly targets: Readonly<Record<string, T>>;
  /** As many rows without labels, for objectives that learn from them too. */
  readonly unlabelled?: ModelBatch<T>;
}

/** What training minimises. */
export type TaskObjective = Objective<TaskParameters<Tensor>, TaskBatch<Tensor>, TaskOutput>;

/** An input of a task as encodings: one a row, for a choice one a candidate. */
export interface EncodedInput<Input = unknown> {
  readonly input: Input;
  readonly encodings: readonly PlacedEncoding[];
  /** Whether a text was longer than the row. */
  readonly truncated: boolean;
}

/** An encoded row of a table, with what it should give. */
export interface Example<Input = unknown, Target = unknown> extends EncodedInput<Input> {
  /** Its number in the table, from 1. */
  readonly row: number;
  readonly target: Target;
}

/** What one encoding is answered with, by name: tensors without the axis of rows. */
export type RowAnswer = Readonly<Record<string, HostTensor>>;

/** A prediction beside what was meant. */
export interface Judged<Prediction = unknown, Target = unknown> {
  readonly prediction: Prediction;
  readonly target: Target;
}

/** Figures of judged rows by name, each a function of the rows, so that a bootstrap can ask it of others. */
export interface Metrics<Prediction = unknown, Target = unknown> {
  /** The figure that decides early stopping, search and comparisons. */
  readonly primary: string;
  readonly greaterIsBetter: boolean;
  readonly names: readonly string[];
  /** One figure of rows, at least one of them. */
  of(name: string, rows: readonly Judged<Prediction, Target>[]): number;
}

/** Metrics of functions by name, the first of which is the primary one; larger is better. */
export function metricsOf<Prediction, Target>(
  figures: Readonly<Record<string, (rows: readonly Judged<Prediction, Target>[]) => number>>,
): Metrics<Prediction, Target> {
  const names = Object.keys(figures);
  return {
    primary: names[0] ?? '',
    greaterIsBetter: true,
    names,
    of: (name, rows) => {
      const figure = figures[name];
      if (!figure) throw new RangeError(`there is no figure '${name}'; there are ${names.join(', ')}.`);
      return figure(rows);
    },
  };
}

/**
 * A task whose labels are decided: how rows become batches, what is learnt from them, what is predicted, and how that is judged.
 *
 * Training, prediction and evaluation know no task but this record.
 */
export interface PreparedTask<Input = unknown, Prediction = unknown, Target = unknown> {
  /** Names of classes or tags in the order of their numbers; empty for tasks without. */
  readonly labels: readonly string[];
  /** What transformers calls the model, and how it reads its labels; none for tasks without a class of theirs. */
  readonly saved: {
    readonly head?: 'sequence' | 'tokens' | 'span' | 'choice';
    readonly problemType?: 'single_label_classification' | 'multi_label_classification' | 'regression';
  };
  /** Encodings that one example has in training: 1, or the number of candidates. */
  readonly encodingsEach: number;
  /** Weights that the checkpoint lacks. */
  freshHead(random: { next(): number }): HeadParameters<HostTensor>;
  /** A row's input; what is wrong with it is noted. */
  inputOf(row: Row, note: Note): Input;
  /** What a row should give; what is wrong with it is noted. */
  targetOf(row: Row, input: Input, note: Note): Target;
  /** Inputs as encodings that fit a row; with targets where what is learnt stands in the row too (generation). */
  encode(
    inputs: readonly Input[],
    tokenizer: TaskTokenizer,
    targets?: readonly Target[],
  ): Promise<EncodedInput<Input>[]>;
  /** What is learnt from an example: a span's windows, each an example of `encodingsEach` encodings; default the example as it is. */
  lessonsOf?(example: Example<Input, Target>): readonly Example<Input, Target>[];
  /** Why nothing can be learnt from an example, though an answer can be judged by it: `lessonsOf` gives none. */
  flawOf?(example: Example<Input, Target>): string | undefined;
  /** Targets of the rows of a batch, by name. */
  targetsOf(examples: readonly Example<Input, Target>[], batch: TokenBatch): Readonly<Record<string, HostTensor>>;
  /** Which of the targets weighs the logits of the objective's output: terms over tokens are averaged by it; default all rows alike. */
  readonly weights?: string;
  /** The objective without a regulariser. */
  readonly objective: TaskObjective;
  /** Inside `compile`, without dropout: what predictions are read from. */
  answer(parameters: TaskParameters<Tensor>, batch: ModelBatch<Tensor>): Readonly<Record<string, Tensor>>;
  /** The prediction of an input from the answers of its encodings, in their order. */
  read(answers: readonly RowAnswer[], input: EncodedInput<Input>): Prediction;
  /** For tasks that are not answered in one pass: predictions by these weights. */
  write?(parameters: TaskParameters<HostTensor>, inputs: readonly EncodedInput<Input>[]): Promise<Prediction[]>;
  readonly metrics: Metrics<Prediction, Target>;
}

/** A tokenizer that cuts at the length of a row. */
export interface TaskTokenizer extends NativeTokenizer {
  readonly maximumLength: number;
  /** The same tokenizer, cutting nothing. */
  uncut(): NativeTokenizer;
}

/** What a task is prepared for. */
export interface TaskSetting {
  readonly model: LoadedModel;
  /** Rows that labels are read from; none when the labels are known. */
  readonly rows?: readonly Row[];
  readonly labels?: readonly string[];
}
