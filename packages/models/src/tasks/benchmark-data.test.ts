import {
  type ClueRow,
  type ClueTask,
  c3,
  chid,
  cluener,
  cmrc2018,
  mrpc,
  msra,
  stsB,
  tnews,
  writeSubmission,
} from '@cloze/datasets';
import { describe, expect, it } from 'vitest';
import { benchmarkData, submissionAnswer } from './benchmark-data.ts';

const read = (task: ClueTask, text: string, labelled = true): readonly ClueRow[] =>
  task.read(text, 'file', { labelled }).rows;

describe('rows of a benchmark as fineTune takes them', () => {
  it('texts with a class or a number', () => {
    expect(benchmarkData(tnews, read(tnews, '{"sentence": "一", "label": "100"}\n'))).toEqual({
      task: { kind: 'classification', text: 'text', label: 'label' },
      rows: [{ text: '一', label: '100', value: undefined }],
    });
    const header = 'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n';
    expect(benchmarkData(mrpc, read(mrpc, `${header}1\t2\t3\ta\tb\n`))).toMatchObject({
      task: { pair: 'pair' },
      rows: [{ text: 'a', pair: 'b', label: '1' }],
    });
    expect(benchmarkData(stsB, [{ line: 1, sentence1: 'a', sentence2: 'b', value: 3.5 } as ClueRow])).toMatchObject({
      task: { kind: 'regression', value: 'value' },
      rows: [{ value: 3.5 }],
    });
  });

  it('spans with every answer and where it begins, −1 for one that is not there', () => {
    const qas = [
      {
        id: 'A',
        question: '谁',
        answers: [
          { text: '东京', answer_start: 4 },
          { text: '大阪', answer_start: -1 },
        ],
      },
      { id: 'B', question: '谁', answers: [], is_impossible: true },
    ];
    const text = JSON.stringify({ data: [{ paragraphs: [{ context: '𠮷野家在东京', qas }] }] });
    const { task, rows } = benchmarkData(cmrc2018, read(cmrc2018, text));
    expect(task).toMatchObject({ kind: 'span', unanswerable: true });
    expect(rows).toMatchObject([
      { answers: ['东京', '大阪'], starts: [5, -1] },
      { answers: [], starts: [] },
    ]);
  });

  it('choices with the question before each; of several gaps the one that is asked', () => {
    const document = [['甲'], [{ question: '谁?', choice: ['一', '二', '三'], answer: '二' }], '1'];
    expect(benchmarkData(c3, read(c3, JSON.stringify([document]))).rows).toEqual([
      { text: '甲', choices: ['谁? 一', '谁? 二', '谁? 三'], label: '1' },
    ]);
    const line = { candidates: ['一', '二'], content: ['他#idiom000001#，她#idiom000002#。'] };
    expect(benchmarkData(chid, read(chid, JSON.stringify(line), false)).rows).toEqual([
      { text: '他#idiom#，她…。', choices: ['一', '二'] },
      { text: '他…，她#idiom#。', choices: ['一', '二'] },
    ]);
  });

  it('entities as tags of characters, and tags as they are', () => {
    const line = { text: '在台湾', label: { address: { 台湾: [[1, 2]] } } };
    expect(benchmarkData(cluener, read(cluener, JSON.stringify(line))).rows).toEqual([
      { words: ['在', '台', '湾'], tags: ['O', 'B-address', 'I-address'] },
    ]);
    expect(benchmarkData(msra, read(msra, '北\tB-LOC\n')).rows).toEqual([{ words: ['北'], tags: ['B-NS'] }]);
  });
});

it('predictions of every kind in official form', () => {
  const row = { line: 1, id: 0, text: '在台湾' };
  const rows = { file: 'test.json', lines: 1, rows: [row], problems: [], dropped: [] };
  const text = (task: ClueTask, prediction: Parameters<typeof submissionAnswer>[1]) =>
    JSON.parse(writeSubmission(task, rows, [submissionAnswer(row, prediction)]).text);
  expect(text(tnews, { label: '100', probabilities: {} })).toEqual({ id: 0, label: '100' });
  expect(text(c3, { index: 2, text: '三', probabilities: [] })).toEqual({ id: 0, label: 2 });
  expect(text(cmrc2018, { text: '', start: -1, margin: 0 })).toEqual({ 0: '' });
  expect(text(cluener, { tags: ['O', 'B-address', null] })).toEqual({ id: 0, label: { address: { 台: [[1, 1]] } } });
  expect(submissionAnswer(row, { value: 2.5 })).toBe('2.5');
});
