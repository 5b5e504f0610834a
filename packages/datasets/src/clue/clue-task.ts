/** What is wrong with a line of a file, or why it was left out. */
export interface ClueProblem {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}

/** What every row has, whatever the task. */
export interface ClueRow {
  /** Where it stood in its file, counted from 1. */
  readonly line: number;
  /** As in the file (`id`, or `idx`); submissions repeat it. */
  readonly id?: number | string;
  /** Always a string, one of the task's labels; absent where the file has none. */
  readonly label?: string;
  /** Of tasks whose answer is a number. */
  readonly value?: number;
}

/** A file's rows and everything that is not a row: `rows + problems + dropped = lines`, so that nothing is scored silently short. */
export interface ReadRows<Row> {
  readonly file: string;
  readonly lines: number;
  readonly rows: readonly Row[];
  /** Bad lines, one entry a line with all its reasons; none of them is a row. */
  readonly problems: readonly ClueProblem[];
  /** Lines left out on purpose, such as those whose annotators did not agree (label `-`). */
  readonly dropped: readonly ClueProblem[];
  /** What is wrong with rows that can be used all the same, such as one of three answers that is not in the passage. */
  readonly flaws?: readonly ClueProblem[];
}

/** How a file is read. */
export interface ReadOptions {
  /** Whether each row must have a label, default true. Test files have none; labels that are there are checked all the same. */
  readonly labelled?: boolean;
}

/** One file of a task's official layout. */
export interface ClueFile {
  readonly name: string;
  readonly split: 'train' | 'dev' | 'test' | 'unlabelled';
  readonly labelled: boolean;
  /** Files of a split that name one set are one set together; those of other names are sets beside it. */
  readonly set?: string;
}

/** Where predictions for a test file are handed in. */
export interface ClueSubmission {
  /** The name the scorer expects. */
  readonly file: string;
  /** The test file it answers, line for line. */
  readonly test: string;
  /** JSON lines `id`, `label`, the default, lines `index<TAB>prediction` below a header, or one JSON object of id to answer. */
  readonly form?: 'json-lines' | 'tab-separated' | 'object';
  /** What an answer is: a label or number as a string, the default, the index of a candidate, a text, or entities as CLUENER's label. */
  readonly answers?: 'label' | 'index' | 'text' | 'entities';
}

/** Names of metrics: functions of @cloze/eval, the parts of what `rouge` gives, and `f1`: that of label 1 by `classScores`, of a span that of its text. */
export type ClueMetric =
  | 'accuracy'
  | 'f1'
  | 'exactMatch'
  | 'entityF1'
  | 'matthewsCorrelation'
  | 'pearsonCorrelation'
  | 'spearmanCorrelation'
  | 'bleu'
  | 'rouge1'
  | 'rouge2'
  | 'rougeL';

/** A task as plain data and pure functions: enough to fine-tune, score and submit any of them alike. */
export interface ClueTask<Row extends ClueRow = ClueRow> {
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  /**
   * One text to classify, two texts to classify, two texts and a number, a text to be written from a text, a part of a text that answers a question, one of
   * several candidates, or entities of a text.
   */
  readonly kind: 'single' | 'pair' | 'regression' | 'generation' | 'span' | 'choice' | 'tokens';
  /** Folder below the data folder. */
  readonly folder: string;
  /** Known files; of those there are and that name no set, the first of a split is the one to use. */
  readonly files: readonly ClueFile[];
  /** Files beside them that hold no rows, such as the answers of others. */
  readonly companions?: readonly string[];
  /** Files of answers that stand apart from their rows, by split; where one is there, the rows' own labels are not asked for. */
  readonly answerFiles?: Readonly<Partial<Record<'train' | 'dev', string>>>;
  /** A test set of another name that what learnt this task answers too. */
  readonly diagnosis?: ClueTask;
  /** In official order: a label's index is the class a model predicts. Types of entities; empty where the answer is no label. */
  readonly labels: readonly string[];
  /** The first is the one models are selected by. */
  readonly metrics: readonly ClueMetric[];
  /** Oldest test set last; empty where nothing can be handed in. */
  readonly submissions: readonly ClueSubmission[];
  /** Reads the text of a file, decoded from UTF-8. @param file its name, for messages */
  read(text: string, file: string, options?: ReadOptions): ReadRows<Row>;
  /** The reference's template: one text, or two in the order they go into a pair. */
  texts(row: Row): readonly [string] | readonly [string, string];
  /** Rows with the answers of a file of theirs, as text. @throws {RangeError} for answers that do not fit */
  withAnswers?(rows: readonly Row[], answers: string): readonly Row[];
  /** What is asked for, as a text, where it is no label: the text to be written, the answer, the right candidate, the entities. */
  target?(row: Row): string | undefined;
}
