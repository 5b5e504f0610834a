import type { ClueTask } from '../clue-task.ts';
import { fewClueFiles } from './official-files.ts';
import { readSentencePairs, type SentencePairRow } from './sentence-pair.ts';

const labels = ['0', '1'];

/** BUSTM (FewCLUE): whether two things said to a voice assistant mean the same. */
export const bustm: ClueTask<SentencePairRow> = {
  name: 'bustm',
  title: 'pairs of sayings to a voice assistant, same meaning or not',
  kind: 'pair',
  folder: 'clue/bustm',
  files: fewClueFiles,
  labels,
  metrics: ['accuracy'],
  submissions: [{ file: 'bustm_predict.json', test: 'test.json' }],
  read: (text, file, options) => readSentencePairs(text, file, { labels, ...options }),
  texts: ({ sentence1, sentence2 }) => [sentence1, sentence2],
};
