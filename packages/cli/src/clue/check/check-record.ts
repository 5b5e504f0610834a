import type { ClueProblem } from '@cloze/datasets';
import type { LengthSummary } from './summarise-lengths.ts';

/** What was found in one file. */
export interface FileRecord {
  readonly kind: 'file';
  /** Task, or `corpus`, or `vocabulary`. */
  readonly task: string;
  readonly file: string;
  readonly split: string;
  readonly lines: number;
  readonly rows: number;
  /** Bad lines. */
  readonly problems: number;
  /** What is wrong with rows that can be used all the same; absent for none. */
  readonly flaws?: number;
  /** Lines left out on purpose. */
  readonly dropped: number;
  /** Rows of each label, in the task's order. */
  readonly labels?: Readonly<Record<string, number>>;
  /** Labels of the task that no row has. */
  readonly missing_labels?: readonly string[];
  readonly characters?: LengthSummary;
  /** Of the text to be written; generation only. */
  readonly target_characters?: LengthSummary;
  /** Rows beyond the first of their text. */
  readonly duplicates: number;
  /** Texts with more than one label. */
  readonly conflicts: number;
  /** Rows beyond the first of their id, where there are ids. */
  readonly duplicate_ids?: number;
}

/** Rows of one file whose text stands in a file of another split, or is a document of a corpus. */
export interface AcrossRecord {
  readonly kind: 'across';
  readonly task: string;
  readonly file: string;
  readonly other: string;
  readonly rows: number;
  readonly duplicates: number;
  readonly conflicts: number;
}

/** One bad line (0: the whole file). */
export interface ProblemRecord extends ClueProblem {
  readonly kind: 'problem';
}

/** A file that no reader is known for. */
export interface UnreadRecord {
  readonly kind: 'unread';
  readonly file: string;
}

/** A note or licence, which holds no data. */
export interface NoteRecord {
  readonly kind: 'note';
  readonly file: string;
}

/** One line of `cloze data check --json`. */
export type CheckRecord = FileRecord | AcrossRecord | ProblemRecord | UnreadRecord | NoteRecord;
