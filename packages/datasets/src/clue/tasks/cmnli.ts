import type { ClueTask } from '../clue-task.ts';
import { clueFiles } from './official-files.ts';
import { readSentencePairs, type SentencePairRow } from './sentence-pair.ts';

const labels = ['entailment', 'neutral', 'contradiction'];

/** CMNLI: MNLI and XNLI translated to Chinese; rows without a majority label (`-`) are left out. */
export const cmnli: ClueTask<SentencePairRow> = {
  name: 'cmnli',
  title: 'natural language inference, translated, 3 classes',
  kind: 'pair',
  folder: 'clue/cmnli',
  files: clueFiles,
  labels,
  metrics: ['accuracy'],
  submissions: [{ file: 'cmnli_predict.json', test: 'test.json' }],
  read: (text, file, options) => readSentencePairs(text, file, { labels, withoutLabel: '-', ...options }),
  texts: ({ sentence1, sentence2 }) => [sentence1, sentence2],
};
