import type { ClueFile, ClueTask } from '../clue-task.ts';
import { clueFiles } from './official-files.ts';
import { readSentencePairs, type SentencePairRow } from './sentence-pair.ts';

const labels = ['entailment', 'neutral', 'contradiction'];
const trainFile = (name: string): ClueFile => ({ name, split: 'train', labelled: true });

/** OCNLI: inference between Chinese sentences that were written, not translated; rows without a majority label (`-`) are left out. */
export const ocnli: ClueTask<SentencePairRow> = {
  name: 'ocnli',
  title: 'natural language inference, 3 classes',
  kind: 'pair',
  folder: 'clue/ocnli',
  files: [...clueFiles, ...['50k', '10k', '5k', '3k', '1k'].map((size) => trainFile(`train.${size}.json`))],
  labels,
  metrics: ['accuracy'],
  submissions: [{ file: 'ocnli_50k_predict.json', test: 'test.json' }],
  read: (text, file, options) => readSentencePairs(text, file, { labels, withoutLabel: '-', ...options }),
  texts: ({ sentence1, sentence2 }) => [sentence1, sentence2],
};
