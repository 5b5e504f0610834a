import type { ClueTask } from '../clue/clue-task.ts';
import { type GlueRow, glueTask } from './glue-task.ts';

const binary = ['0', '1'];
const entailment = ['entailment', 'not_entailment'];
const inference = ['entailment', 'neutral', 'contradiction'];

/** CoLA: whether a sentence is acceptable; its labelled files have no header. */
export const cola: ClueTask<GlueRow> = glueTask({
  name: 'cola',
  title: 'acceptability of English sentences, binary',
  folder: 'CoLA',
  texts: ['sentence'],
  label: 'label',
  labels: binary,
  headerless: ['source', 'label', 'mark', 'sentence'],
  metrics: ['matthewsCorrelation', 'accuracy'],
});

/** SST-2: sentiment of film reviews. */
export const sst2: ClueTask<GlueRow> = glueTask({
  name: 'sst-2',
  title: 'film reviews, negative or positive',
  folder: 'SST-2',
  texts: ['sentence'],
  label: 'label',
  labels: binary,
  metrics: ['accuracy'],
});

/** MRPC: whether two sentences of news say the same; its files begin with a byte order mark. */
export const mrpc: ClueTask<GlueRow> = glueTask({
  name: 'mrpc',
  title: 'paraphrases of news, binary',
  folder: 'MRPC',
  texts: ['#1 String', '#2 String'],
  label: 'Quality',
  labels: binary,
  metrics: ['f1', 'accuracy'],
});

/** STS-B: how like two sentences are, from 0 to 5. */
export const stsB: ClueTask<GlueRow> = glueTask({
  name: 'sts-b',
  title: 'likeness of two sentences, 0 to 5',
  folder: 'STS-B',
  texts: ['sentence1', 'sentence2'],
  label: 'score',
  labels: [],
  metrics: ['spearmanCorrelation', 'pearsonCorrelation'],
});

/** QQP: whether two questions ask the same; lines of the official files that lack columns are left out, as the reference does. */
export const qqp: ClueTask<GlueRow> = glueTask({
  name: 'qqp',
  title: 'questions that ask the same, binary',
  folder: 'QQP',
  texts: ['question1', 'question2'],
  label: 'is_duplicate',
  labels: binary,
  leaveOutShort: 'columns are missing; the reference leaves such lines out',
  index: 'id',
  metrics: ['f1', 'accuracy'],
});

/** AX: GLUE's diagnostic sentences, answered by what learnt MNLI; a test set alone. */
export const ax: ClueTask<GlueRow> = glueTask({
  name: 'ax',
  title: 'diagnosis of inference, 3 classes',
  folder: 'AX',
  texts: ['sentence1', 'sentence2'],
  label: 'gold_label',
  labels: inference,
  metrics: ['matthewsCorrelation'],
  files: [{ name: 'AX.tsv', split: 'test', labelled: false }],
  submissions: [{ file: 'AX.tsv', test: 'AX.tsv', form: 'tab-separated' }],
});

/** MNLI: natural language inference; matched files first, the mismatched ones beside them. */
export const mnli: ClueTask<GlueRow> = glueTask({
  name: 'mnli',
  title: 'natural language inference, 3 classes',
  folder: 'MNLI',
  texts: ['sentence1', 'sentence2'],
  label: 'gold_label',
  labels: inference,
  withoutLabel: '-',
  metrics: ['accuracy'],
  diagnosis: ax,
  files: [
    { name: 'train.tsv', split: 'train', labelled: true },
    { name: 'dev_matched.tsv', split: 'dev', labelled: true, set: 'mnli-m' },
    { name: 'dev_mismatched.tsv', split: 'dev', labelled: true, set: 'mnli-mm' },
    { name: 'test_matched.tsv', split: 'test', labelled: false, set: 'mnli-m' },
    { name: 'test_mismatched.tsv', split: 'test', labelled: false, set: 'mnli-mm' },
  ],
  submissions: [
    { file: 'MNLI-m.tsv', test: 'test_matched.tsv', form: 'tab-separated' },
    { file: 'MNLI-mm.tsv', test: 'test_mismatched.tsv', form: 'tab-separated' },
  ],
});

/** QNLI: whether a sentence answers a question. */
export const qnli: ClueTask<GlueRow> = glueTask({
  name: 'qnli',
  title: 'whether a sentence answers a question',
  folder: 'QNLI',
  texts: ['question', 'sentence'],
  label: 'label',
  labels: entailment,
  metrics: ['accuracy'],
});

/** RTE: recognising textual entailment. */
export const rte: ClueTask<GlueRow> = glueTask({
  name: 'rte',
  title: 'textual entailment, binary',
  folder: 'RTE',
  texts: ['sentence1', 'sentence2'],
  label: 'label',
  labels: entailment,
  metrics: ['accuracy'],
});

/** WNLI: Winograd's schemas as inference. */
export const wnli: ClueTask<GlueRow> = glueTask({
  name: 'wnli',
  title: 'what a pronoun stands for, as inference',
  folder: 'WNLI',
  texts: ['sentence1', 'sentence2'],
  label: 'label',
  labels: binary,
  metrics: ['accuracy'],
});

/** GLUE's tasks, in its order, and its diagnosis. */
export const glueTasks: readonly ClueTask[] = [cola, sst2, mrpc, stsB, qqp, mnli, qnli, rte, wnli, ax];
