import { expect, it } from 'vitest';
import { checkSubmission } from '../clue/submission/check-submission.ts';
import { writeSubmission } from '../clue/submission/write-submission.ts';
import { cola, glueTasks, mnli, mrpc, qnli, qqp, rte, sst2, stsB } from './glue-tasks.ts';

const reasons = ({ problems }: { readonly problems: readonly { readonly line: number; readonly reason: string }[] }) =>
  problems.map(({ line, reason }) => `${line}: ${reason}`);

it('knows nine tasks and the diagnosis, each with files, a metric and a submission', () => {
  expect(glueTasks.map(({ name }) => name)).toEqual('cola sst-2 mrpc sts-b qqp mnli qnli rte wnli ax'.split(' '));
  for (const { files, metrics, submissions, labels, kind } of glueTasks) {
    expect(files[0]?.split).toBe(files.length === 1 ? 'test' : 'train');
    expect(metrics.length).toBeGreaterThan(0);
    expect(labels.length === 0).toBe(kind === 'regression');
    for (const { test } of submissions) expect(files.find(({ name }) => name === test)?.labelled).toBe(false);
  }
});

it('CoLA has no header but in its test file', () => {
  const labelled = cola.read('gj04\t1\t\tThe "weights" fell.\ngj04\t0\t*\tFell the.\n', 'dev.tsv');
  expect(labelled.rows).toEqual([
    { line: 1, label: '1', sentence1: 'The "weights" fell.' },
    { line: 2, label: '0', sentence1: 'Fell the.' },
  ]);
  const test = cola.read('index\tsentence\n0\tBill whistled.\n', 'test.tsv', { labelled: false });
  expect(test.rows).toEqual([{ line: 2, id: 0, sentence1: 'Bill whistled.' }]);
  expect(test.lines).toBe(1);
});

it('a byte order mark, quotation marks that do not close, and carriage returns are no problem', () => {
  const text =
    '\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t1\t2\tHe said " it\t" it , he said\r\n0\t3\t4\ta\tb\r\n';
  expect(mrpc.read(text, 'train.tsv').rows).toEqual([
    { line: 2, label: '1', sentence1: 'He said " it', sentence2: '" it , he said' },
    { line: 3, label: '0', sentence1: 'a', sentence2: 'b' },
  ]);
});

it('MNLI is read by the names of its columns, which differ between train and dev; - is left out, QQP’s short lines too', () => {
  const train = 'index\tgenre\tsentence1\tsentence2\tlabel1\tgold_label\n0\tfiction\ta\tb\tneutral\tneutral\n';
  const dev =
    'index\tsentence1\tsentence2\tlabel1\tlabel2\tgold_label\n0\ta\tb\tneutral\tneutral\t-\n1\ta\tb\tneutral\tneutral\tentailment\n';
  expect(mnli.read(train, 'train.tsv').rows).toMatchObject([{ sentence1: 'a', sentence2: 'b', label: 'neutral' }]);
  const read = mnli.read(dev, 'dev_matched.tsv');
  expect(read.dropped).toMatchObject([{ line: 2 }]);
  expect(read.rows).toMatchObject([{ line: 3, label: 'entailment' }]);
  const pairs = qqp.read(
    'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\ta\n4\t5\t6\ta\tb\t1\n',
    'train.tsv',
  );
  expect(pairs.dropped).toMatchObject([{ line: 2, reason: expect.stringContaining('columns are missing') }]);
  expect(pairs.rows).toEqual([{ line: 3, id: 4, label: '1', sentence1: 'a', sentence2: 'b' }]);
});

it('names missing columns, ragged lines, blank texts, labels and scores out of their range', () => {
  expect(reasons(sst2.read('text\tlabel\ngood\t1\n', 'train.tsv'))).toEqual([
    "1: the header has no 'sentence'; it has 'text', 'label'",
  ]);
  expect(reasons(rte.read('index\tsentence1\tsentence2\tlabel\n0\ta\tb\n1\t \tb\tyes\n\n', 'train.tsv'))).toEqual([
    '2: 3 fields between tabs, expected 4 (index, sentence1, sentence2, label)',
    '3: sentence1 is blank; label is "yes", expected one of the 2 labels entailment, not_entailment',
    '4: the line is empty',
  ]);
  const sts = stsB.read('index\tsentence1\tsentence2\tscore\n0\ta\tb\t5.000\n1\ta\tb\t5.1\n2\ta\tb\t\n', 'dev.tsv');
  expect(sts.rows).toEqual([{ line: 2, id: 0, value: 5, sentence1: 'a', sentence2: 'b' }]);
  expect(reasons(sts)).toEqual([
    '3: score is "5.1", expected a number from 0 to 5',
    '4: score is "", expected a number from 0 to 5',
  ]);
});

it('names what is wrong with QNLI’s, QQP’s and MNLI’s lines', () => {
  const questions = 'index\tquestion\tsentence\tlabel\n0\tq\ts\n1\tq\ts\tneutral\n2\t\ts\tentailment\n';
  expect(reasons(qnli.read(questions, 'train.tsv'))).toEqual([
    '2: 3 fields between tabs, expected 4 (index, question, sentence, label)',
    '3: label is "neutral", expected one of the 2 labels entailment, not_entailment',
    '4: question is blank',
  ]);
  const pairs =
    'id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\ta\tb\t2\n1\t2\t3\t \tb\t0\n1\t2\t3\ta\tb\t0\tx\n';
  expect(reasons(qqp.read(pairs, 'train.tsv'))).toEqual([
    '2: label is "2", expected one of the 2 labels 0, 1',
    '3: question1 is blank',
    '4: 7 fields between tabs, expected 6 (id, qid1, qid2, question1, question2, is_duplicate)',
  ]);
  const inference = 'index\tsentence1\tsentence2\tgold_label\n0\ta\n1\ta\tb\tyes\n2\ta\t\tneutral\n';
  expect(reasons(mnli.read(inference, 'train.tsv'))).toEqual([
    '2: 2 fields between tabs, expected 4 (index, sentence1, sentence2, gold_label)',
    '3: label is "yes", expected one of the 3 labels entailment, neutral, contradiction',
    '4: sentence2 is blank',
  ]);
});

it('hands in index and prediction between tabs, of numbers too', () => {
  const test = rte.read('index\tsentence1\tsentence2\n0\ta\tb\n1\tc\td\n', 'test.tsv', { labelled: false });
  const file = writeSubmission(rte, test, ['entailment', 'not_entailment']);
  expect(file).toEqual({ name: 'RTE.tsv', text: 'index\tprediction\n0\tentailment\n1\tnot_entailment\n' });
  expect(checkSubmission(rte, file, test)).toEqual([]);
  const numbered = rte.read('index\tsentence1\tsentence2\n7\ta\tb\n3\tc\td\n', 'test.tsv', { labelled: false });
  const ofNumbers = writeSubmission(rte, numbered, ['entailment', 'not_entailment']);
  expect(ofNumbers.text).toBe('index\tprediction\n7\tentailment\n3\tnot_entailment\n');
  expect(checkSubmission(rte, ofNumbers, numbered)).toEqual([]);
  const wrong = { name: 'RTE.tsv', text: 'index\tprediction\n0\tyes\n3\tentailment\n4\tentailment\n' };
  expect(checkSubmission(rte, wrong, test).map(({ line, reason }) => `${line}: ${reason}`)).toEqual([
    '2: prediction is "yes", none of the 2 labels of rte',
    '3: index is "3", row 2 of test.tsv has "1"',
    '0: 3 lines, test.tsv has 2',
  ]);
  expect(checkSubmission(rte, { name: 'RTE.tsv', text: '0\tentailment\n' }, test)[0]?.reason).toContain(
    'index, prediction',
  );
  const pairs = stsB.read('index\tsentence1\tsentence2\n0\ta\tb\n', 'test.tsv', { labelled: false });
  expect(writeSubmission(stsB, pairs, ['3.25']).text).toBe('index\tprediction\n0\t3.25\n');
  expect(() => writeSubmission(stsB, pairs, ['high'])).toThrow('row 1 is "high", no number');
  expect(writeSubmission(mnli, { ...pairs, file: 'x' }, ['neutral'], 'test_mismatched.tsv').name).toBe('MNLI-mm.tsv');
});
