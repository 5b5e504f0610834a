import type { ClueRow, ClueTask } from '../clue-task.ts';
import { checkText } from '../rows/check-text.ts';
import { readLabel } from '../rows/read-label.ts';
import { readLines } from '../rows/read-lines.ts';

/** A review. */
export interface SentimentRow extends ClueRow {
  readonly text: string;
}

const labels = ['0', '1'];

/** Binary sentiment of reviews (not of CLUE): lines `text<TAB>label`, 1 is positive. */
export const sentiment: ClueTask<SentimentRow> = {
  name: 'sentiment',
  title: 'reviews, negative or positive',
  kind: 'single',
  folder: 'sentiment',
  files: [
    { name: 'sentiment.train.data', split: 'train', labelled: true },
    { name: 'sentiment.valid.data', split: 'dev', labelled: true },
    { name: 'sentiment.test.data', split: 'test', labelled: true },
  ],
  labels,
  metrics: ['accuracy'],
  submissions: [],
  read: (text, file, { labelled = true } = {}) =>
    readLines<SentimentRow>(text, file, (content, line) => {
      const parts = content.split('\t');
      if (parts.length > 2 || (labelled && parts.length < 2))
        return {
          problems: [`${parts.length} fields between tabs, expected ${labelled ? '' : '1 or '}2 (text, label)`],
        };
      const [sentence = '', given] = parts;
      const label = readLabel(given, { labels, labelled });
      const wrong = checkText(sentence);
      const problems = [
        ...(wrong === undefined ? [] : [`text ${wrong}`]),
        ...('problem' in label ? [label.problem] : []),
      ];
      if (problems.length > 0) return { problems };
      return { row: { line, ...('label' in label && { label: label.label }), text: sentence } };
    }),
  texts: ({ text }) => [text],
};
