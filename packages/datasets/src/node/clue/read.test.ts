import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ax, c3, chid, currentSubmissions, mnli, ocnli, sentiment, tnews } from '../../index.ts';
import { decodeLines } from './decode-lines.ts';
import { evaluationTexts } from './evaluation-texts.ts';
import { readBenchmark } from './read-benchmark.ts';
import { readSplit } from './read-split.ts';
import { readTaskFile } from './read-task-file.ts';

const data = mkdtempSync(join(tmpdir(), 'cloze-data-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));
for (const folder of ['clue/tnews', 'clue/ocnli', 'sentiment']) mkdirSync(join(data, folder), { recursive: true });

describe('reading from the disk', () => {
  it('names every line that is no UTF-8, and reads the others', () => {
    const bad = Buffer.from([0xe5, 0xa5]); // two of the three bytes of 好
    const bytes = Buffer.concat([
      ...[Buffer.from('好\t1\n'), bad, Buffer.from('\t1\n坏\t0\n'), bad, Buffer.from('\t7\n\n'), bad],
    ]);
    expect([...decodeLines(bytes).bad]).toEqual([2, 4, 6]);
    expect([...decodeLines(Buffer.from('好\n坏')).bad]).toEqual([]);
    writeFileSync(join(data, 'sentiment', 'sentiment.train.data'), bytes);
    const read = readTaskFile(sentiment, data, { name: 'sentiment.train.data', split: 'train', labelled: true });
    expect(read.rows.map(({ line, text }) => [line, text])).toEqual([
      [1, '好'],
      [3, '坏'],
    ]);
    const file = 'sentiment/sentiment.train.data';
    expect(read.problems).toEqual([
      { file, line: 2, reason: 'the line is no UTF-8' },
      { file, line: 4, reason: 'the line is no UTF-8; label is "7", expected one of the 2 labels 0, 1' },
      { file, line: 5, reason: 'the line is empty' },
      { file, line: 6, reason: 'the line is no UTF-8; 1 fields between tabs, expected 2 (text, label)' },
    ]);
    expect(read.rows.length + read.problems.length + read.dropped.length).toBe(read.lines);
  });

  it('a split is its first file that is there', () => {
    const row = (sentence2: string) => `${JSON.stringify({ sentence1: '甲', sentence2, label: 'neutral' })}\n`;
    writeFileSync(join(data, 'clue/ocnli/train.1k.json'), row('小'));
    expect(readSplit(ocnli, data, 'train').rows.map(({ sentence2 }) => sentence2)).toEqual(['小']);
    writeFileSync(join(data, 'clue/ocnli/train.50k.json'), row('大'));
    expect(readSplit(ocnli, data, 'train').file).toBe('clue/ocnli/train.50k.json');
  });

  it('held-out texts are those of dev and test files, each text of a pair, normalised', () => {
    writeFileSync(join(data, 'sentiment/sentiment.valid.data'), 'Ａ 好\t1\n');
    writeFileSync(join(data, 'clue/ocnli/dev.json'), '{"sentence1": "天 气", "sentence2": "雨", "label": "neutral"}\n');
    expect([...evaluationTexts(data)].sort()).toEqual(['a好', '天气', '雨'].sort());
    expect([...evaluationTexts(data, [sentiment])]).toEqual(['a好']);
  });

  it('refuses a split that is not there, saying how to fetch it, and one with bad lines, naming all', () => {
    expect(() => readSplit(tnews, data, 'dev')).toThrow(
      /clue.tnews has no dev file \(dev.json\). To fetch it: cloze data pull tnews/,
    );
    writeFileSync(join(data, 'clue/tnews/dev.json'), '{}\n'.repeat(30));
    expect(() => readSplit(tnews, data, 'dev')).toThrow('clue/tnews/dev.json: 30 of 30 lines are bad');
    expect(() => readSplit(tnews, data, 'dev')).toThrow('and 10 more');
    expect(() => readSplit(sentiment, data, 'unlabelled')).toThrow('has no unlabelled file (the task has none)');
  });
});

describe('a benchmark', () => {
  const put = (task: { readonly folder: string }, name: string, content: string) => {
    mkdirSync(join(data, task.folder), { recursive: true });
    writeFileSync(join(data, task.folder, name), content);
  };
  const told = (...of: Parameters<typeof readBenchmark>) =>
    readBenchmark(...of).map(({ name, files, rows }) => [
      name,
      files.map((file) => file.split('/').at(-1)),
      rows.length,
    ]);

  it('reads files of one set together, sets side by side, and of others the first that is there', () => {
    const question = (id: number) =>
      JSON.stringify([[['天'], [{ question: '何', choice: ['天', '地'], answer: '天' }], `${id}`]]);
    put(c3, 'd-dev.json', question(1));
    put(c3, 'm-dev.json', question(2));
    expect(told(c3, data, 'dev')).toEqual([['c3', ['d-dev.json', 'm-dev.json'], 2]]);
    const table = 'sentence1\tsentence2\tgold_label\na\tb\tneutral\n';
    for (const name of ['train', 'dev_matched', 'dev_mismatched']) put(mnli, `${name}.tsv`, table);
    expect(told(mnli, data, 'train')).toEqual([['mnli', ['train.tsv'], 1]]);
    expect(told(mnli, data, 'dev')).toEqual([
      ['mnli-m', ['dev_matched.tsv'], 1],
      ['mnli-mm', ['dev_mismatched.tsv'], 1],
    ]);
    expect(told(ocnli, data, 'train')).toEqual([['ocnli', ['train.50k.json'], 1]]);
    expect(mnli.diagnosis).toBe(ax);
  });

  it('takes answers that stand in a file of their own', () => {
    put(chid, 'dev.json', `${JSON.stringify({ candidates: ['一', '二'], content: ['甲#idiom000001#。'] })}\n`);
    put(chid, 'dev_answer.json', '{"#idiom000001#": 1}');
    expect(told(chid, data, 'dev')).toEqual([['chid', ['dev.json', 'dev_answer.json'], 1]]);
    expect(readBenchmark(chid, data, 'dev')[0]?.rows).toMatchObject([{ answer: 1 }]);
    put(chid, 'dev_answer.json', '{"#idiom000001#": 2}');
    expect(() => readBenchmark(chid, data, 'dev')).toThrow('#idiom000001# has the answer 2 of 2 candidates');
  });

  it('names a split that is not there and every bad line', () => {
    expect(() => readBenchmark(c3, data, 'train')).toThrow(/has no train file \(d-train.json, m-train.json\)/);
    put(tnews, 'dev.json', '{}\n');
    expect(() => readBenchmark(tnews, data, 'dev')).toThrow('clue/tnews/dev.json: 1 lines are bad.');
  });

  it('hands in for the current test sets: of MNLI both, of others the first', () => {
    expect(currentSubmissions(mnli).map(({ file }) => file)).toEqual(['MNLI-m.tsv', 'MNLI-mm.tsv']);
    expect(currentSubmissions(c3).map(({ file }) => file)).toEqual(['c311_predict.json']);
  });
});
