import type { ClueTask } from '../clue-task.ts';
import { readLabel } from '../rows/read-label.ts';
import { readLines } from '../rows/read-lines.ts';
import { textProblems } from '../rows/text-problems.ts';
import type { SentencePairRow } from './sentence-pair.ts';

const labels = ['0', '1'];
const header = /^(text_a\ttext_b|sentence1\tsentence2)(\tlabel)?$/;

/** LCQMC: whether two questions mean the same (Liu et al. 2018): lines `question<TAB>question<TAB>label`, with or without a header. */
export const lcqmc: ClueTask<SentencePairRow> = {
  name: 'lcqmc',
  title: 'Chinese questions that mean the same, binary',
  kind: 'pair',
  folder: 'lcqmc',
  files: [
    { name: 'train.tsv', split: 'train', labelled: true },
    { name: 'train.txt', split: 'train', labelled: true },
    { name: 'dev.tsv', split: 'dev', labelled: true },
    { name: 'dev.txt', split: 'dev', labelled: true },
    { name: 'test.tsv', split: 'test', labelled: true },
    { name: 'test.txt', split: 'test', labelled: true },
  ],
  labels,
  metrics: ['accuracy'],
  submissions: [],
  read: (text, file, { labelled = true } = {}) =>
    readLines<SentencePairRow>(text, file, (content, line) => {
      if (line === 1 && header.test(content)) return { dropped: 'the header' };
      const parts = content.split('\t');
      if (parts.length > 3 || parts.length < (labelled ? 3 : 2))
        return { problems: [`${parts.length} fields between tabs, expected 3 (question, question, label)`] };
      const [sentence1 = '', sentence2 = '', given] = parts;
      const label = readLabel(given, { labels, labelled });
      const problems = textProblems({ 'the first question': sentence1, 'the second question': sentence2 });
      if ('problem' in label) problems.push(label.problem);
      if (problems.length > 0) return { problems };
      return { row: { line, ...('label' in label && { label: label.label }), sentence1, sentence2 } };
    }),
  texts: ({ sentence1, sentence2 }) => [sentence1, sentence2],
};
