import type { ClueRow, ClueTask } from '../clue-task.ts';
import { readJsonLines } from '../rows/read-json-lines.ts';
import { clueFiles, firstTestFile } from './official-files.ts';

/** A headline. */
export interface TnewsRow extends ClueRow {
  readonly sentence: string;
  /** Name of the class, such as `news_culture`. */
  readonly description?: string;
  /** Joined by commas, often empty; the reference does not use them. */
  readonly keywords?: string;
}

// 105 and 111 do not exist.
const labels = [100, 101, 102, 103, 104, 106, 107, 108, 109, 110, 112, 113, 114, 115, 116].map(String);

/** TNEWS: classes of news headlines (Toutiao); the reference reads the headline alone. */
export const tnews: ClueTask<TnewsRow> = {
  name: 'tnews',
  title: 'news headlines, 15 classes',
  kind: 'single',
  folder: 'clue/tnews',
  files: [...clueFiles, firstTestFile],
  labels,
  metrics: ['accuracy'],
  submissions: [
    { file: 'tnews11_predict.json', test: 'test.json' },
    { file: 'tnews10_predict.json', test: 'test1.0.json' },
  ],
  read: (text, file, options) =>
    readJsonLines(text, file, { labels, ...options }, (fields) => {
      const [description, keywords] = [fields.optionalText('label_desc'), fields.optionalText('keywords')];
      return {
        sentence: fields.text('sentence'),
        ...(description !== undefined && { description }),
        ...(keywords !== undefined && { keywords }),
      };
    }),
  texts: ({ sentence }) => [sentence],
};
