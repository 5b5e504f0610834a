import type { ClueRow, ClueTask } from '../clue-task.ts';
import { readJsonLines } from '../rows/read-json-lines.ts';
import { clueFiles } from './official-files.ts';

/** A review. */
export interface ChnSentiCorpRow extends ClueRow {
  readonly sentence: string;
}

const labels = ['negative', 'positive'];

/** ChnSentiCorp: reviews of hotels, computers and books (Tan and Zhang 2008), as JSON lines `sentence`, `label`. */
export const chnsenticorp: ClueTask<ChnSentiCorpRow> = {
  name: 'chnsenticorp',
  title: 'Chinese reviews, negative or positive',
  kind: 'single',
  folder: 'chnsenticorp',
  files: clueFiles,
  labels,
  metrics: ['accuracy'],
  submissions: [],
  read: (text, file, options) =>
    readJsonLines(text, file, { labels, ...options }, (fields) => ({ sentence: fields.text('sentence') })),
  texts: ({ sentence }) => [sentence],
};
