import {
  anything,
  checkOptions,
  either,
  flag,
  listOf,
  needed,
  oneOf,
  type Rules,
  real,
  text,
  whole,
} from '@cloze/checks';
import type { ClassWeights } from './labels.ts';

/** The text of a row, alone or as a pair. */
export interface TextColumns {
  /** Column of the text. */
  readonly text: string;
  /** Column of the second text of a pair. */
  readonly pair?: string;
}

/** One class a row. */
export interface ClassificationTask extends TextColumns {
  readonly kind: 'classification';
  /** Column of the class. */
  readonly label: string;
  /** How much each class counts in the loss; default all alike. */
  readonly classWeights?: ClassWeights;
}

/** Any number of classes a row. */
export interface MultiLabelTask extends TextColumns {
  readonly kind: 'multi-label';
  /** Column of the classes: a list, or text that `separator` cuts. */
  readonly labels: string;
  /** Default `,`. */
  readonly separator?: string;
  /** Probability from which on a class is predicted, default 0.5. */
  readonly threshold?: number;
}

/** A number a row. */
export interface RegressionTask extends TextColumns {
  readonly kind: 'regression';
  /** Column of the number. */
  readonly value: string;
}

/** A tag for each word of a row. */
export interface TokensTask {
  readonly kind: 'tokens';
  /** Column of the words: a list, or text that `separator` cuts. */
  readonly words: string;
  /** Column of their tags, as many. */
  readonly tags: string;
  /** Default a space. */
  readonly separator?: string;
  /**
   * Where a word of several pieces is learnt: at its `first`, the default, or at `all` of them (a B- tag goes on as I- where there is such a tag). It is
   * predicted from its first.
   */
  readonly pieces?: 'first' | 'all';
  /** Whether tags are learnt and predicted as a row, by a conditional random field over the first pieces; default false. */
  readonly crf?: boolean;
}

/** The part of a text that answers a question. */
export interface SpanTask {
  readonly kind: 'span';
  readonly question: string;
  readonly context: string;
  /** Column of the answer, as it stands in the context, or of a list of accepted ones. */
  readonly answer: string;
  /** Column of the UTF-16 index where it begins, or of a list of them; without, it must stand there once. */
  readonly start?: string;
  /** Whether a row without an answer (an empty text or list) is one that has none (SQuAD 2.0); default false: it is refused, and every question gets an answer. */
  readonly unanswerable?: boolean;
  /** No answer is given when [CLS] has so much more than the best span, in logits; default 0. */
  readonly nullThreshold?: number;
  /** Most tokens of an answer; default any number. */
  readonly answerLength?: number;
  /** Tokens that a window of a long context shares with the next, default 128, never more than half of those it holds. */
  readonly stride?: number;
}

/** The right one of several continuations of a text. */
export interface ChoiceTask {
  readonly kind: 'choice';
  readonly text: string;
  /** Columns of the candidates, of which the last may be empty; or one column that holds a list of them, or text that `separator` cuts. At least two a row. */
  readonly choices: readonly string[] | string;
  /** Default `|`. */
  readonly separator?: string;
  /** Column of the right one: its column's name, its number from 0, or its text. */
  readonly label: string;
}

/** Vectors of sentences: each finds itself under another dropout (SimCSE), or its pair. */
export interface SentenceVectorsTask extends TextColumns {
  readonly kind: 'sentence-vectors';
  /** Column of a similarity, for judging; needs `pair`. */
  readonly score?: string;
  /** Default `mean`. */
  readonly pooling?: 'first' | 'mean' | 'first-last';
  /** τ, default 0.05. */
  readonly temperature?: number;
}

/** A text written from another (UniLM: the source sees itself, the target what is before). */
export interface GenerationTask {
  readonly kind: 'generation';
  readonly source: string;
  readonly target: string;
  /** Most tokens that are written, the end included; default 32. */
  readonly targetLength?: number;
}

/** What is learnt from which columns: plain data. */
export type Task =
  | ClassificationTask
  | MultiLabelTask
  | RegressionTask
  | TokensTask
  | SpanTask
  | ChoiceTask
  | SentenceVectorsTask
  | GenerationTask;

type Options<T extends Task> = Omit<T, 'kind'>;

/** What the options of each kind of task must be. */
const taskRules: { readonly [K in Task['kind']]: Rules<Options<Extract<Task, { kind: K }>>> } = {
  classification: { text: needed(text), pair: text, label: needed(text), classWeights: anything },
  'multi-label': {
    text: needed(text),
    pair: text,
    labels: needed(text),
    separator: text,
    threshold: real({ above: 0, below: 1 }),
  },
  regression: { text: needed(text), pair: text, value: needed(text) },
  tokens: {
    ...{ words: needed(text), separator: text, tags: needed(text) },
    ...{ pieces: oneOf(['first', 'all']), crf: flag },
  },
  span: {
    ...{ question: needed(text), context: needed(text), answer: needed(text), start: text },
    ...{ unanswerable: flag, nullThreshold: real(), answerLength: whole(1), stride: whole(0) },
  },
  choice: { text: needed(text), choices: needed(either(listOf(text, 2), text)), separator: text, label: needed(text) },
  'sentence-vectors': {
    text: needed(text),
    pair: text,
    score: text,
    pooling: oneOf(['first', 'mean', 'first-last']),
    temperature: real({ above: 0 }),
  },
  generation: { source: needed(text), target: needed(text), targetLength: whole(1) },
};

/** Refuses a task that there is not, and options that are none of its own. @throws {RangeError} naming all of them */
export function checkTask(where: string, task: Task): void {
  checkOptions<object>(where, task, { kind: needed(oneOf(Object.keys(taskRules))), ...taskRules[task?.kind] });
}

/** A task of a kind, looked at. */
function made<T extends Task>(where: string, task: T): T {
  checkTask(where, task);
  return task;
}

/** A class a row: `classification({ text: 'review', label: 'stars' })`. @throws {RangeError} for an option there is not */
export const classification = (options: Options<ClassificationTask>): ClassificationTask =>
  made('classification', { kind: 'classification', ...options });
/** Any number of classes a row. @throws {RangeError} for an option there is not */
export const multiLabel = (options: Options<MultiLabelTask>): MultiLabelTask =>
  made('multiLabel', { kind: 'multi-label', ...options });
/** A number a row. @throws {RangeError} for an option there is not */
export const regression = (options: Options<RegressionTask>): RegressionTask =>
  made('regression', { kind: 'regression', ...options });
/** A tag for each word. @throws {RangeError} for an option there is not */
export const tokens = (options: Options<TokensTask>): TokensTask => made('tokens', { kind: 'tokens', ...options });
/** The part of a text that answers a question. @throws {RangeError} for an option there is not */
export const span = (options: Options<SpanTask>): SpanTask => made('span', { kind: 'span', ...options });
/** The right one of several candidates. @throws {RangeError} for an option there is not */
export const choice = (options: Options<ChoiceTask>): ChoiceTask => made('choice', { kind: 'choice', ...options });
/** Vectors of sentences. @throws {RangeError} for an option there is not */
export const sentenceVectors = (options: Options<SentenceVectorsTask>): SentenceVectorsTask =>
  made('sentenceVectors', { kind: 'sentence-vectors', ...options });
/** A text written from another. @throws {RangeError} for an option there is not */
export const generation = (options: Options<GenerationTask>): GenerationTask =>
  made('generation', { kind: 'generation', ...options });
