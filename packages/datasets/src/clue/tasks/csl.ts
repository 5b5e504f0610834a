import type { ClueRow, ClueTask } from '../clue-task.ts';
import { readJsonLines } from '../rows/read-json-lines.ts';
import { clueFiles } from './official-files.ts';

/** An abstract and keywords that are all of the paper (label 1), or not (0). */
export interface CslRow extends ClueRow {
  readonly abstract: string;
  readonly keywords: readonly string[];
}

const labels = ['0', '1'];

/** CSL: whether all keywords are the paper's own; the reference joins them with `；` as first text, the abstract is the second. */
export const csl: ClueTask<CslRow> = {
  name: 'csl',
  title: 'abstracts and keywords, all of them true or not',
  kind: 'pair',
  folder: 'clue/csl',
  files: clueFiles,
  labels,
  metrics: ['accuracy'],
  submissions: [{ file: 'csl_predict.json', test: 'test.json' }],
  read: (text, file, options) =>
    readJsonLines(text, file, { labels, ...options }, (fields) => ({
      abstract: fields.text('abst'),
      keywords: fields.texts('keyword'),
    })),
  texts: ({ abstract, keywords }) => [keywords.join('；'), abstract],
};
