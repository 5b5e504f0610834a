import type { ClueTask } from '../clue-task.ts';
import { clueFiles } from './official-files.ts';
import { readSentencePairs, type SentencePairRow } from './sentence-pair.ts';

const labels = ['0', '1'];

/** AFQMC: whether two questions to Ant Financial mean the same. */
export const afqmc: ClueTask<SentencePairRow> = {
  name: 'afqmc',
  title: 'pairs of customers’ questions, same meaning or not',
  kind: 'pair',
  folder: 'clue/afqmc',
  files: clueFiles,
  labels,
  metrics: ['accuracy'],
  submissions: [{ file: 'afqmc_predict.json', test: 'test.json' }],
  read: (text, file, options) => readSentencePairs(text, file, { labels, ...options }),
  texts: ({ sentence1, sentence2 }) => [sentence1, sentence2],
};
