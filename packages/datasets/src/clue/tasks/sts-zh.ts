import type { ClueTask } from '../clue-task.ts';
import { readLines } from '../rows/read-lines.ts';
import { textProblems } from '../rows/text-problems.ts';
import type { SentencePairRow } from './sentence-pair.ts';

/** STS-B in Chinese: how like two sentences are, from 0 to 5: lines `id||sentence||sentence||score`. */
export const stsZh: ClueTask<SentencePairRow> = {
  name: 'sts-zh',
  title: 'likeness of two Chinese sentences, 0 to 5',
  kind: 'regression',
  folder: 'sts-zh',
  files: [
    { name: 'train.txt', split: 'train', labelled: true },
    { name: 'dev.txt', split: 'dev', labelled: true },
    { name: 'test.txt', split: 'test', labelled: true },
  ],
  labels: [],
  metrics: ['spearmanCorrelation', 'pearsonCorrelation'],
  submissions: [],
  read: (text, file, { labelled = true } = {}) =>
    readLines<SentencePairRow>(text, file, (content, line) => {
      const parts = content.split('||');
      if (parts.length > 4 || parts.length < (labelled ? 4 : 3))
        return { problems: [`${parts.length} fields between ||, expected 4 (id, sentence, sentence, score)`] };
      const [id = '', sentence1 = '', sentence2 = '', score] = parts;
      const value = Number(score);
      const problems = textProblems({ 'the first sentence': sentence1, 'the second sentence': sentence2 });
      const scored = score !== undefined && score.trim() !== '';
      if (labelled ? !(scored && value >= 0 && value <= 5) : scored && !(value >= 0 && value <= 5))
        problems.push(`score is ${JSON.stringify(score)}, expected a number from 0 to 5`);
      if (problems.length > 0) return { problems };
      return { row: { line, id, ...(scored && { value }), sentence1, sentence2 } };
    }),
  texts: ({ sentence1, sentence2 }) => [sentence1, sentence2],
};
