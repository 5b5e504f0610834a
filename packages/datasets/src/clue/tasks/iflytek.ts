import type { ClueRow, ClueTask } from '../clue-task.ts';
import { readJsonLines } from '../rows/read-json-lines.ts';
import { clueFiles } from './official-files.ts';

/** A description of an app. */
export interface IflytekRow extends ClueRow {
  readonly sentence: string;
  /** Name of the class. */
  readonly description?: string;
}

const labels = Array.from({ length: 119 }, (_, label) => String(label));

/** IFLYTEK: classes of long app descriptions. */
export const iflytek: ClueTask<IflytekRow> = {
  name: 'iflytek',
  title: 'long descriptions of apps, 119 classes',
  kind: 'single',
  folder: 'clue/iflytek',
  files: clueFiles,
  labels,
  metrics: ['accuracy'],
  submissions: [{ file: 'iflytek_predict.json', test: 'test.json' }],
  read: (text, file, options) =>
    readJsonLines(text, file, { labels, ...options }, (fields) => {
      const description = fields.optionalText('label_des');
      return { sentence: fields.text('sentence'), ...(description !== undefined && { description }) };
    }),
  texts: ({ sentence }) => [sentence],
};
