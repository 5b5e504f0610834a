import type { ClueRow, ClueTask } from '../clue-task.ts';
import { readJsonLines } from '../rows/read-json-lines.ts';
import { fewClueFiles } from './official-files.ts';

/** A review. */
export interface EprstmtRow extends ClueRow {
  readonly sentence: string;
}

const labels = ['Negative', 'Positive'];

/** EPRSTMT (FewCLUE): polarity of product reviews. */
export const eprstmt: ClueTask<EprstmtRow> = {
  name: 'eprstmt',
  title: 'product reviews, negative or positive',
  kind: 'single',
  folder: 'clue/eprstmt',
  files: fewClueFiles,
  labels,
  metrics: ['accuracy'],
  submissions: [{ file: 'eprstmt_predict.json', test: 'test.json' }],
  read: (text, file, options) =>
    readJsonLines(text, file, { labels, ...options }, (fields) => ({ sentence: fields.text('sentence') })),
  texts: ({ sentence }) => [sentence],
};
