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
}

/** The part of a text that answers a question. */
export interface SpanTask {
  readonly kind: 'span';
  readonly question: string;
  readonly context: string;
  /** Column of the answer, as it stands in the context. */
  readonly answer: string;
  /** Column of the UTF-16 index where it begins; without, the answer's first occurrence. */
  readonly start?: string;
}

/** The right one of several continuations of a text. */
export interface ChoiceTask {
  readonly kind: 'choice';
  readonly text: string;
  /** Columns of the candidates, the same number in every row. */
  readonly choices: readonly string[];
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

/** A class a row: `classification({ text: 'review', label: 'stars' })`. */
export const classification = (options: Options<ClassificationTask>): ClassificationTask => ({
  kind: 'classification',
  ...options,
});
/** Any number of classes a row. */
export const multiLabel = (options: Options<MultiLabelTask>): MultiLabelTask => ({ kind: 'multi-label', ...options });
/** A number a row. */
export const regression = (options: Options<RegressionTask>): RegressionTask => ({ kind: 'regression', ...options });
/** A tag for each word. */
export const tokens = (options: Options<TokensTask>): TokensTask => ({ kind: 'tokens', ...options });
/** The part of a text that answers a question. */
export const span = (options: Options<SpanTask>): SpanTask => ({ kind: 'span', ...options });
/** The right one of several candidates. */
export const choice = (options: Options<ChoiceTask>): ChoiceTask => ({ kind: 'choice', ...options });
/** Vectors of sentences. */
export const sentenceVectors = (options: Options<SentenceVectorsTask>): SentenceVectorsTask => ({
  kind: 'sentence-vectors',
  ...options,
});
/** A text written from another. */
export const generation = (options: Options<GenerationTask>): GenerationTask => ({ kind: 'generation', ...options });
