import type { ClueFile } from '../clue-task.ts';

const subsets = [0, 1, 2, 3, 4];

/** CLUE's layout: train, dev, and a test file without labels. @internal */
export const clueFiles: readonly ClueFile[] = [
  { name: 'train.json', split: 'train', labelled: true },
  { name: 'dev.json', split: 'dev', labelled: true },
  { name: 'test.json', split: 'test', labelled: false },
];

/** Of tasks whose test set was replaced: the first one beside the current one. @internal */
export const firstTestFile: ClueFile = { name: 'test1.0.json', split: 'test', labelled: false };

/** FewCLUE's layout: five small pairs of train and dev, their unions, a public test file, a hidden one, unlabelled rows. @internal */
export const fewClueFiles: readonly ClueFile[] = [
  { name: 'train.json', split: 'train', labelled: true },
  { name: 'train_few_all.json', split: 'train', labelled: true },
  ...subsets.map((n): ClueFile => ({ name: `train_${n}.json`, split: 'train', labelled: true })),
  { name: 'dev.json', split: 'dev', labelled: true },
  { name: 'dev_few_all.json', split: 'dev', labelled: true },
  ...subsets.map((n): ClueFile => ({ name: `dev_${n}.json`, split: 'dev', labelled: true })),
  { name: 'test_public.json', split: 'test', labelled: true },
  { name: 'test.json', split: 'test', labelled: false },
  { name: 'unlabeled.json', split: 'unlabelled', labelled: false },
];
